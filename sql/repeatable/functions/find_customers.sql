-- Ids of the tenant's customers that match a search, best first: by whole words, by a part of the name, or by a name spelt much
-- like it.
--
-- Owned by postgres and so past the policies, one of the declared exceptions: the operators of search are not leakproof, and
-- under row-level security PostgreSQL may use no index for them. It filters by the caller's tenant itself, returns ids only, and
-- is reached through shared.search_customers() alone, where the policies decide who sees which of the rows.
--
-- Each of the three ways asks customers_search_terms_idx for terms of this tenant, and then compares what was found. What other
-- tenants have changes neither the result nor the time.
--
-- No term takes long, however many customers it matches: ranking costs far more a row than matching. Each of the three ways
-- keeps at most 1,000 rows, the exact ones in the order of names, and only those are ranked. Spelling is compared for 3,000 names
-- at most. Of a search, the first 200 characters count, and the first 100 for spelling: a phrase is compared row by row where all
-- customers have its words. The plan is generic, because a plan for one frequent term reads all of the tenant's rows instead of
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
