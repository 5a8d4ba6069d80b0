-- Returns customers by whole words or parts of a name, best match first. Runs as the caller, so policies decide which rows are
-- visible. The body is parsed when the function is created, so callers need no privileges on schema private.
create or replace function shared.search_customers(search text, maximum integer default 50)
returns setof shared.customers
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  select customer.*
  from private.find_customers(search, 1000) with ordinality as found (id, place)
  join shared.customers as customer on customer.id = found.id
  order by found.place
  limit least(greatest(maximum, 0), 200);
end;

comment on function shared.search_customers(text, integer) is 'Customers by words or parts of a name, best first.';
revoke all on function shared.search_customers(text, integer) from public, anon, authenticated, service_role;
grant execute on function shared.search_customers(text, integer) to authenticated;
alter function shared.search_customers(text, integer) owner to app_owner;
