-- Prevents moving a row to another tenant and changing its id. Policies stop clients; this also stops the service role and
-- mistakes of operators. The trigger's WHEN condition calls it only for such a change.
create or replace function private.refuse_identity_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'a row of %.% may change neither its tenant nor its id', tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end
$$;

comment on function private.refuse_identity_change() is 'Trigger: refuses to move a row to another tenant.';
revoke all on function private.refuse_identity_change() from public, anon, authenticated, service_role;
alter function private.refuse_identity_change() owner to app_owner;
