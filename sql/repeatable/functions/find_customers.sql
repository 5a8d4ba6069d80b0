-- Returns ids of the tenant's customers that match a search, best match first: by whole words, by a part of the name, or by a
-- similar spelling of the name.
--
-- Owned by postgres, so the policies do not apply: one of the declared exceptions. The search operators are not leakproof, so
-- under row-level security PostgreSQL uses no index for them. The function filters by the caller's tenant, returns only ids, and
-- can only be reached through shared.search_customers(), where the policies decide which rows the caller sees.
--
-- Each of the three ways searches customers_search_terms_idx for terms of this tenant, then compares the rows that it found. Rows
-- of other tenants affect neither the result nor the time.
--
-- The number of matches is limited, because ranking costs far more per row than matching. Each of the three ways keeps at most
-- 1,000 rows (exact matches in the order of names), and only those are ranked. Spelling is compared for at most 3,000 names. The
-- search is cut to 200 characters, and to 100 for spelling: if all customers have the words of a phrase, each row is compared.
-- The plan is generic, because a plan for one frequent term would read all rows of the tenant instead of
-- the index.
create or replace function private.find_customers(search text, maximum integer) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  tenant constant uuid := private.get_current_tenant_id();
  shortened constant text := left(search, 200);
  wanted constant text := lower(shortened);
  spelling constant text := left(wanted, 100);
  pattern constant text :=
    '%' || replace(replace(replace(wanted, '\', '\\'), '%', '\%'), '_', '\_') || '%';
  words constant tsquery := websearch_to_tsquery('simple', shortened);
  has_phrase constant boolean := words::text ~ '<(-|\d+)>';
  words_terms constant tsquery := private.search_for_words(tenant, words);
  part_terms constant tsquery := private.search_for_part(tenant, wanted);
  spelling_terms constant tsquery := private.search_for_spelling(tenant, spelling);
begin
  return query
    with with_words as materialized (
      select id, first_name, last_name
      from shared.customers
      where tenant_id = tenant
        and private.customer_search_terms(tenant_id, first_name, last_name, email, phone) @@ words_terms
        and (
          not has_phrase
          or to_tsvector(
            'simple',
            first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '')
          ) @@ words
        )
    ),
    with_part as materialized (
      select id, first_name, last_name
      from shared.customers
      where tenant_id = tenant
        and private.customer_search_terms(tenant_id, first_name, last_name, email, phone) @@ part_terms
        and lower(first_name || ' ' || last_name) like pattern
    ),
    maybe_alike as materialized (
      select id, first_name, last_name
      from shared.customers
      where tenant_id = tenant
        and private.customer_search_terms(tenant_id, first_name, last_name, email, phone) @@ spelling_terms
      limit 3000
    ),
    spelt_alike as (
      select *
      from maybe_alike
      where extensions.word_similarity(spelling, lower(first_name || ' ' || last_name)) >= 0.6
      limit 1000
    ),
    matching as (
      (select * from with_words order by last_name, id limit 1000)
      union (select * from with_part order by last_name, id limit 1000)
      union select * from spelt_alike
    )
    select id
    from matching
    order by extensions.word_similarity(spelling, lower(first_name || ' ' || last_name)) desc, last_name, id
    limit maximum;
end
$$;

comment on function private.find_customers(text, integer) is 'Ids of the tenant''s customers that match a search.';
revoke all on function private.find_customers(text, integer) from public, anon, authenticated, service_role;
grant execute on function private.find_customers(text, integer) to authenticated;
