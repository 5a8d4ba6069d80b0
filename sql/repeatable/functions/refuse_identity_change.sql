-- A row never moves to another tenant and never changes its id, whoever writes: policies stop a client, this stops the
-- service role and an operator's slip too. The trigger's WHEN calls it only for a row that would.
create or replace function private.refuse_identity_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'a row of %.% may change neither its tenant nor its id', tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end
$$;

comment on function private.refuse_identity_change() is 'Trigger: rows stay in their tenant.';
revoke all on function private.refuse_identity_change() from public, anon, authenticated, service_role;
alter function private.refuse_identity_change() owner to app_owner;
