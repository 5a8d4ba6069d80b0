-- Ids of the tenant's customers that match a search, best first: by whole words, by a part of the name, or by a name spelt much
-- like it.
--
-- Owned by postgres and so past the policies, one of the declared exceptions: the operators of search are not leakproof, and
-- under row-level security PostgreSQL may use no index for them. It filters by the caller's tenant itself, returns ids only, and
-- is reached through shared.search_customers() alone, where the policies decide who sees which of the rows. Of a search, the
-- first 1,000 characters count.
create or replace function private.find_customers(search text, maximum integer) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  tenant constant uuid := private.get_current_tenant_id();
  -- Nobody is called so at length, and the words of a megabyte take seconds to take apart.
  shortened constant text := left(search, 1000);
  wanted constant text := lower(shortened);
  pattern constant text :=
    '%' || replace(replace(replace(wanted, '\', '\\'), '%', '\%'), '_', '\_') || '%';
  words constant tsquery := websearch_to_tsquery('simple', shortened);
begin
  return query
    select customer.id
    from shared.customers as customer
    where customer.tenant_id = tenant
      and (
        to_tsvector(
          'simple',
          customer.first_name || ' ' || customer.last_name || ' '
          || coalesce(customer.email, '') || ' ' || coalesce(customer.phone, '')
        ) @@ words
        or lower(customer.first_name || ' ' || customer.last_name) like pattern
        or lower(customer.first_name || ' ' || customer.last_name) operator(extensions.%>) wanted
      )
    order by
      extensions.word_similarity(wanted, lower(customer.first_name || ' ' || customer.last_name)) desc,
      customer.last_name,
      customer.id
    limit maximum;
end
$$;

comment on function private.find_customers(text, integer) is 'Ids of the tenant''s customers that match a search.';
revoke all on function private.find_customers(text, integer) from public, anon, authenticated, service_role;
grant execute on function private.find_customers(text, integer) to authenticated;
