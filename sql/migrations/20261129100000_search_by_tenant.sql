-- accepts: index-build shared.customers: 0.1 ms a customer; UPGRADE.md says how to build it beforehand where that is too long
-- accepts: index-drop shared.customers: no work is done under the lock

-- An index of words holds the words of all tenants. A search for a word that many customers of another tenant have read that
-- word's list and took measurably longer. Here every term begins with the tenant, so that a search looks up terms of its own tenant
-- only, and what it costs does not depend on anybody else.
--
-- Terms are the tenant itself, `<tenant> <word>` and `<tenant>~<trigram>`. An index stores what the function returned, so it
-- belongs to a migration: to change it, create another function and index.
create or replace function private.customer_search_terms(
  tenant_id uuid, first_name text, last_name text, email text, phone text
) returns tsvector
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
  select array_to_tsvector(
    array[tenant_id::text]
    || string_to_array(
      tenant_id || ' ' || array_to_string(tsvector_to_array(words), e'\n' || tenant_id || ' '),
      e'\n'
    )
    || string_to_array(
      tenant_id || '~' || array_to_string(extensions.show_trgm(first_name || ' ' || last_name), e'\n' || tenant_id || '~'),
      e'\n'
    )
  )
  from to_tsvector('simple', first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '')) as words;
end;

comment on function private.customer_search_terms(uuid, text, text, text, text) is
  'What a customer is found by: words and trigrams, each with the tenant before it.';
revoke all on function private.customer_search_terms(uuid, text, text, text, text) from public, anon, authenticated, service_role;
-- A write to a customer computes the terms with the rights of its role.
grant execute on function private.customer_search_terms(uuid, text, text, text, text) to authenticated, service_role;
alter function private.customer_search_terms(uuid, text, text, text, text) owner to app_owner;

-- Without fast updates: those wait in one list for all tenants, which every search reads.
create index if not exists customers_search_terms_idx on shared.customers using gin (
  private.customer_search_terms(tenant_id, first_name, last_name, email, phone)
) with (fastupdate = off);
-- Frequent terms of other tenants would change the planner's estimates.
alter index shared.customers_search_terms_idx alter column 1 set statistics 0;

drop index shared.customers_tenant_id_words_idx;
drop index shared.customers_tenant_id_name_trigrams_idx;
