-- A search for names that are spelt like a text, as private.customer_search_terms() writes them; null for a text without a letter.
-- A word similarity of 0.6 takes k, six tenths, of the text's n trigrams. So a name lacks n - k at most: of n - k + 1 groups of
-- trigrams it has at least one whole group. The search is for these groups, and finds others too.
--
-- A group serves only if it has a trigram that few names have, so the rarest are dealt out first, one to each group. Which these
-- are, a hundred customers of the tenant tell.
create or replace function private.search_for_spelling(tenant uuid, spelling text) returns tsquery
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  with wanted as (
    select trigram, count(*) over () as total
    from unnest(extensions.show_trgm(spelling)) as trigram
  ),
  sample as materialized (
    select extensions.show_trgm(first_name || ' ' || last_name) as trigrams
    from shared.customers
    where tenant_id = tenant
    limit 100
  ),
  frequent as (
    select trigram, count(*) as times
    from sample, unnest(trigrams) as trigram
    group by trigram
  ),
  dealt as (
    select
      trigram,
      row_number() over (order by coalesce(times, 0), trigram) % (total - ceil(0.6 * total)::bigint + 1) as place
    from wanted left join frequent using (trigram)
  ),
  groups as (
    select string_agg(quote_literal(tenant || '~' || trigram), ' & ') as terms
    from dealt
    group by place
  )
  select quote_literal(tenant)::tsquery && string_agg('(' || terms || ')', ' | ')::tsquery
  from groups;
end;

comment on function private.search_for_spelling(uuid, text) is 'A search for names spelt alike in a tenant''s search terms.';
revoke all on function private.search_for_spelling(uuid, text) from public, anon, authenticated, service_role;
alter function private.search_for_spelling(uuid, text) owner to app_owner;
