-- Returns a query for the trigrams of every name that contains a text, in the form of private.customer_search_terms(). It matches
-- all such names, and others. For a text without three consecutive letters or digits, it matches all customers of the tenant.
create or replace function private.search_for_part(tenant uuid, part text) returns tsquery
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
  select quote_literal(tenant)::tsquery
    && coalesce(string_agg(quote_literal(tenant || '~' || trigram), ' & '), quote_literal(tenant))::tsquery
  from (
    -- Excludes trigrams at the start and end of a word, because the text may be inside a word. Their blanks cannot be tested
    -- instead: if a letter has several bytes, the trigram is a hash.
    select distinct trigram
    from regexp_split_to_table(part, '[^[:alnum:]]+') as run,
      lateral (
        select unnest(extensions.show_trgm(run))
        except select unnest(extensions.show_trgm(left(run, 2)) || extensions.show_trgm(right(run, 2)))
      ) as inside (trigram)
  ) as trigrams;
end;

comment on function private.search_for_part(uuid, text) is 'A search for a part of a name in a tenant''s search terms.';
revoke all on function private.search_for_part(uuid, text) from public, anon, authenticated, service_role;
alter function private.search_for_part(uuid, text) owner to app_owner;
