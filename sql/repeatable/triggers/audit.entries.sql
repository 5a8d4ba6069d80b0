create or replace trigger refuse_audit_change
  before update or delete or truncate on audit.entries
  for each statement execute function private.refuse_audit_change();
-- Also with session_replication_role = replica, which a hosted project lets `postgres` set.
alter table audit.entries enable always trigger refuse_audit_change;
