-- No role has a privilege to change an entry. This trigger also stops the owner and `postgres`.
create or replace function private.refuse_audit_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'the audit trail is append-only: % refused', lower(tg_op)
    using errcode = 'insufficient_privilege';
end
$$;

comment on function private.refuse_audit_change() is 'Trigger: keeps the audit trail append-only.';
revoke all on function private.refuse_audit_change() from public, anon, authenticated, service_role;
alter function private.refuse_audit_change() owner to app_owner;
