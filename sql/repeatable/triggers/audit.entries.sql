create or replace trigger refuse_audit_change
  before update or delete or truncate on audit.entries
  for each statement execute function private.refuse_audit_change();
