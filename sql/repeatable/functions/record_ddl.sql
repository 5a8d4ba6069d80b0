-- Event trigger: adds one row to the log for each object that a statement created, changed or dropped. It ignores its own
-- errors and does not wait for locks, because the schema change is more important than its entry. It runs as app_owner, so no
-- role needs privileges on the log. app_owner is not a superuser, which hosted Supabase requires of such a function.
--
-- Event triggers do not get the object of `grant`, `revoke` and `alter default privileges`. Its name is taken from statements that name
-- only one. They get no object of `drop owned`, except those that it drops: the entry has the type ROLE and no name. They do not fire
-- for `reassign owned`, roles and databases.
create or replace function private.record_ddl() returns event_trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
  statement text;
  acting_role text;
  origin text;
  granted_on text;
begin
  -- Assigned here and not in the declarations, whose errors the exception handler below does not catch.
  statement := current_query();
  acting_role := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  -- A regular expression takes as long as all other lines together.
  if strpos(statement, 'dashboard') > 0 then
    origin := substring(statement from '--\s*(source:\s*dashboard[^\n]*(?:\n--[^\n]*)*)');
  end if;
  if tg_tag in ('GRANT', 'REVOKE') and regexp_count(statement, '\m(?:grant|revoke)\M', 1, 'i') = 1 then
    granted_on := (regexp_match(
      statement,
      '\mon\s+(?:(?:table|sequence|function|procedure|routine|schema|type|domain)\s+)?([^\s,;(]+(?:\([^)]*\))?)\s+(?:to|from)\M', 'i'
    ))[1];
  elsif tg_tag = 'ALTER DEFAULT PRIVILEGES' and regexp_count(statement, '\mdefault\s+privileges\M', 1, 'i') = 1 then
    -- As `role in schema`. A list of several names leaves it empty.
    granted_on := concat(
      coalesce((regexp_match(statement, '\mfor\s+(?:role|user)\s+([^\s,;]+)', 'i'))[1], acting_role),
      ' in ' || (regexp_match(statement, '\min\s+schema\s+([^\s,;]+)', 'i'))[1]
    );
    if statement ~* '\m(?:role|user|schema)\s+[^\s,;]+\s*,' then
      granted_on := null;
    end if;
  end if;

  if tg_event = 'sql_drop' then
    insert into private.ddl_log
      (session_role, acting_role, application, address, tag, object_type, object_identity, statement_sha256, origin)
    select
      session_user, acting_role, current_setting('application_name'), inet_client_addr(), tg_tag,
      dropped.object_type, dropped.object_identity, encode(sha256(convert_to(statement, 'UTF8')), 'hex'), origin
    from pg_event_trigger_dropped_objects() as dropped
    where not dropped.is_temporary and (dropped.original or dropped.object_type in ('table', 'view', 'function', 'policy', 'trigger'));
  else
    insert into private.ddl_log
      (session_role, acting_role, application, address, tag, object_type, object_identity, statement_sha256, origin)
    select
      session_user, acting_role, current_setting('application_name'), inet_client_addr(), tg_tag,
      changed.object_type, coalesce(changed.object_identity, granted_on),
      encode(sha256(convert_to(statement, 'UTF8')), 'hex'), origin
    from (
      select object_type, object_identity from pg_event_trigger_ddl_commands()
      where schema_name is distinct from 'pg_temp' and not in_extension
      union all
      select 'ROLE', null where tg_tag = 'DROP OWNED'
    ) as changed;
  end if;
exception when others then
  null;
end
$$;

comment on function private.record_ddl() is 'Event trigger: appends to the log of schema changes.';
revoke all on function private.record_ddl() from public, anon, authenticated, service_role;
alter function private.record_ddl() owner to app_owner;
