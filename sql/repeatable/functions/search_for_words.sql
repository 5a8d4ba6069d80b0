-- Returns a query for words in the form of private.customer_search_terms(), each prefixed with the tenant; null without
-- words. Without phrases, the result is exact. The index has no positions, so a phrase matches all customers that have its words,
-- and a negation next to a phrase is omitted. The caller compares the found rows.
create or replace function private.search_for_words(tenant uuid, search tsquery) returns tsquery
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  everybody constant tsquery := quote_literal(tenant)::tsquery;
  has_phrase constant boolean := search::text ~ '<(-|\d+)>';
  -- querytree() omits negations. For a search of only negations it returns '' or T.
  query constant text := case when has_phrase then querytree(search) else search::text end;
begin
  if numnode(search) = 0 then
    return null;
  end if;
  if query in ('', 'T') then
    return everybody;
  end if;
  -- The tenant is a separate condition, because a search of only negations would otherwise read the whole index.
  return everybody && (
    select string_agg(
      case
        when token[1] like '''%' then '''' || tenant || ' ' || substr(token[1], 2)
        when token[1] like '<%' then '&'
        else token[1]
      end,
      ' ' order by place
    )::tsquery
    from regexp_matches(query, '''(?:[^'']|'''')*''|[()&|!]|<[-0-9]+>', 'g') with ordinality as found (token, place)
  );
end
$$;

comment on function private.search_for_words(uuid, tsquery) is 'A search for words in a tenant''s search terms.';
revoke all on function private.search_for_words(uuid, tsquery) from public, anon, authenticated, service_role;
alter function private.search_for_words(uuid, tsquery) owner to app_owner;
