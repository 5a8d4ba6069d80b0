-- Returns a query for names with a similar spelling, in the form of private.customer_search_terms(); null without letters.
-- A word similarity of 0.6 requires k (six tenths) of the text's n trigrams, so a matching name lacks at most n - k. If the
-- trigrams are split into n - k + 1 groups, it has all trigrams of at least one group. The query matches those and other names.
--
-- A group is only selective if it has a rare trigram. So the rarest trigrams are distributed first, one to each group. A sample
-- of a hundred customers of the tenant shows which ones are rare.
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
