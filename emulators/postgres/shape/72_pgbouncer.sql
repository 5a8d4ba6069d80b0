-- The function with which the pooler looks up a password. No other role may execute it.
create function pgbouncer.get_auth(p_usename text) returns table (username text, password text)
language sql stable security definer set search_path = ''
as $$
  select usename::text, passwd from pg_catalog.pg_shadow where usename = p_usename
$$;

revoke execute on function pgbouncer.get_auth(text) from public;
grant execute on function pgbouncer.get_auth(text) to pgbouncer;
