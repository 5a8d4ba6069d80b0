-- The audit trail for a tenant's admins, through the Data API. The policies of audit.entries decide which rows are visible.
create or replace view shared.audit_trail with (security_invoker = true) as
select
  tenant_id,
  occurred_at,
  id,
  table_schema,
  table_name,
  operation,
  row_id,
  actor_id,
  actor_role,
  old_values,
  new_values
from audit.entries;

comment on view shared.audit_trail is 'The tenant''s audit trail, for its admins.';
revoke all on table shared.audit_trail from public, anon, authenticated, service_role;
grant select on table shared.audit_trail to authenticated, service_role;
alter view shared.audit_trail owner to app_owner;
