-- Customers by whole words or by parts of a name, best first. Runs as the caller: policies decide which customers there are.
create or replace function shared.search_customers(search text, maximum integer default 50)
returns setof shared.customers
language sql stable
set search_path = ''
as $$
  select customer.*
  from shared.customers as customer
  cross join lateral (
    select
      to_tsvector(
        'simple',
        customer.first_name || ' ' || customer.last_name || ' '
        || coalesce(customer.email, '') || ' ' || coalesce(customer.phone, '')
      ) as words,
      lower(customer.first_name || ' ' || customer.last_name) as full_name
  ) as searched
  where searched.words @@ websearch_to_tsquery('simple', search)
    or searched.full_name like '%' || replace(replace(replace(lower(search), '\', '\\'), '%', '\%'), '_', '\_') || '%'
    or extensions.similarity(searched.full_name, lower(search)) > 0.4
  order by
    ts_rank(searched.words, websearch_to_tsquery('simple', search)) desc,
    extensions.similarity(searched.full_name, lower(search)) desc,
    customer.last_name,
    customer.id
  limit least(greatest(maximum, 0), 200)
$$;

comment on function shared.search_customers(text, integer) is 'Customers by words or parts of a name, best first.';
revoke all on function shared.search_customers(text, integer) from public, anon, authenticated, service_role;
grant execute on function shared.search_customers(text, integer) to authenticated;
alter function shared.search_customers(text, integer) owner to app_owner;
