-- Postgres Changes: the server filters each row by the policies of the subscriber, except on DELETE and TRUNCATE, which
-- carry no row to judge: those are not published, deletes go by private.notify_realtime_changes().
-- The list is the whole list: a table that was added by hand goes.
alter publication supabase_realtime set (publish = 'insert, update');
alter publication supabase_realtime set table
  shared.customers,
  shared.users,
  home_services.work_orders,
  restaurants.orders,
  automotive.vehicles,
  automotive.repair_orders,
  retail.products,
  retail.orders;
