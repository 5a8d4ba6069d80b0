-- Addresses are written in lower case from now on (trigger normalize_email): equality is leakproof, which lower() is not, so that
-- under row-level security an index serves the address as well as the tenant.
update shared.users set email = lower(email) where email <> lower(email);
update shared.customers set email = lower(email) where email <> lower(email);

drop index shared.users_tenant_id_email_key;
create unique index users_tenant_id_email_key on shared.users (tenant_id, email);
drop index shared.customers_tenant_id_email_idx;
create index customers_tenant_id_email_idx on shared.customers (tenant_id, email);

-- `@>` is not leakproof: under row-level security nobody could use it, and every write paid for it.
drop index shared.customers_tenant_id_tags_idx;

-- Checked for what is written from now on. `infinity` sorts before everything else and is no moment to any client.
alter table shared.tenants add constraint tenants_moments_are_finite
  check (isfinite(created_at) and isfinite(updated_at)) not valid;
alter table shared.users add constraint users_moments_are_finite
  check (isfinite(created_at) and isfinite(updated_at) and isfinite(last_login_at) and isfinite(disabled_at)) not valid;
alter table shared.customers add constraint customers_moments_are_finite
  check (isfinite(created_at) and isfinite(updated_at)) not valid;
alter table shared.presence add constraint presence_moments_are_finite check (isfinite(last_seen)) not valid;
alter table home_services.work_orders add constraint work_orders_moments_are_finite
  check (isfinite(created_at) and isfinite(updated_at) and isfinite(scheduled_at) and isfinite(completed_at)) not valid;
alter table restaurants.orders add constraint orders_moments_are_finite
  check (isfinite(created_at) and isfinite(updated_at)) not valid;
alter table automotive.vehicles add constraint vehicles_moments_are_finite
  check (isfinite(created_at) and isfinite(updated_at)) not valid;
alter table automotive.repair_orders add constraint repair_orders_moments_are_finite
  check (isfinite(created_at) and isfinite(updated_at) and isfinite(promised_at) and isfinite(completed_at)) not valid;
alter table retail.products add constraint products_moments_are_finite
  check (isfinite(created_at) and isfinite(updated_at)) not valid;
alter table retail.orders add constraint orders_moments_are_finite
  check (isfinite(created_at) and isfinite(updated_at)) not valid;

-- A document of megabytes is stored twice, here and in the audit trail.
alter domain shared.json_object add constraint json_object_is_small check (pg_column_size(value) <= 262144) not valid;
alter domain shared.json_array add constraint json_array_is_small check (pg_column_size(value) <= 262144) not valid;
alter table shared.customers add constraint customers_tags_are_few
  check (cardinality(tags) <= 100 and pg_column_size(tags) <= 16384) not valid;

-- The planner's estimates come from the rows of all tenants, and EXPLAIN shows them: without statistics of these columns it knows
-- no frequent value that it could tell. Statistics that are there already stay until the column's next change of type.
alter table shared.customers
  alter column email set statistics 0,
  alter column first_name set statistics 0,
  alter column last_name set statistics 0,
  alter column phone set statistics 0,
  alter column tags set statistics 0;
alter table shared.users
  alter column email set statistics 0,
  alter column first_name set statistics 0,
  alter column last_name set statistics 0,
  alter column phone set statistics 0;
alter table automotive.vehicles
  alter column vin set statistics 0,
  alter column license_plate set statistics 0;

-- Since when an account is gone: a token outlives it by hours at most, and anonymous accounts come and go by the thousand.
alter table private.people add column deleted_at timestamptz;
update private.people set deleted_at = now() where suspended_until = 'infinity';
comment on table private.people is 'Ids of everybody whom Auth knows, or knew within the last month.';
comment on column private.people.deleted_at is 'The account was deleted then; forgotten a month later.';
