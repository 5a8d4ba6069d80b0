create or replace trigger refuse_change
  before update or delete or truncate on private.ddl_log
  for each statement execute function private.refuse_audit_change();
-- Also with session_replication_role = replica, which a hosted project lets `postgres` set.
alter table private.ddl_log enable always trigger refuse_change;
