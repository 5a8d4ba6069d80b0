-- Postgres Changes: the server filters each row by the policies of the subscriber. It cannot filter DELETE and TRUNCATE, which
-- carry no row, so they are not published. private.notify_realtime_changes() announces deletes.
-- This list is complete: a deployment removes manually added tables.
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
