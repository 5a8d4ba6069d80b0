create or replace trigger set_updated_at
  before update on shared.tenants
  for each row execute function private.set_updated_at();

create or replace trigger refuse_identity_change
  before update on shared.tenants
  for each row when (new.id is distinct from old.id)
  execute function private.refuse_identity_change();

-- Transition tables allow one event per trigger.
create or replace trigger audit_insert
  after insert on shared.tenants
  referencing new table as new_rows
  for each statement execute function private.record_audit_entries();

create or replace trigger audit_update
  after update on shared.tenants
  referencing old table as old_rows new table as new_rows
  for each statement execute function private.record_audit_entries();

create or replace trigger audit_delete
  after delete on shared.tenants
  referencing old table as old_rows
  for each statement execute function private.record_audit_entries();
