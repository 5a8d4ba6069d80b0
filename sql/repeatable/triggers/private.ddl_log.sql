create or replace trigger refuse_change
  before update or delete or truncate on private.ddl_log
  for each statement execute function private.refuse_audit_change();
