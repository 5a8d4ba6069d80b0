-- A search for the trigrams that a name has if it contains a text, as private.customer_search_terms() writes them. It finds every
-- such name and others too. Of a text without three letters or digits in a row it finds all customers of the tenant.
create or replace function private.search_for_part(tenant uuid, part text) returns tsquery
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
  select quote_literal(tenant)::tsquery
    && coalesce(string_agg(quote_literal(tenant || '~' || trigram), ' & '), quote_literal(tenant))::tsquery
  from (
    -- Those that begin or end a word are left out: the text may begin and end inside one. Not by their blanks, which cannot be
    -- seen where a letter has several bytes and the trigram is a hash.
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
