create or replace trigger set_updated_at
  before update on shared.customers
  for each row execute function private.set_updated_at();

create or replace trigger normalize_email
  before insert or update of email on shared.customers
  for each row when (new.email <> lower(new.email))
  execute function private.normalize_email();

create or replace trigger refuse_identity_change
  before update on shared.customers
  for each row when (new.id is distinct from old.id or new.tenant_id is distinct from old.tenant_id)
  execute function private.refuse_identity_change();

-- Transition tables allow one event per trigger.
create or replace trigger audit_insert
  after insert on shared.customers
  referencing new table as new_rows
  for each statement execute function private.record_audit_entries();

create or replace trigger audit_update
  after update on shared.customers
  referencing old table as old_rows new table as new_rows
  for each statement execute function private.record_audit_entries();

create or replace trigger audit_delete
  after delete on shared.customers
  referencing old table as old_rows
  for each statement execute function private.record_audit_entries();

create or replace trigger realtime_changes_insert
  after insert on shared.customers
  referencing new table as changed_rows
  for each statement execute function private.notify_realtime_changes();

create or replace trigger realtime_changes_update
  after update on shared.customers
  referencing new table as changed_rows
  for each statement execute function private.notify_realtime_changes();

create or replace trigger realtime_changes_delete
  after delete on shared.customers
  referencing old table as changed_rows
  for each statement execute function private.notify_realtime_changes();
