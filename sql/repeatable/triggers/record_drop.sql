create event trigger record_drop on sql_drop execute function private.record_ddl();
-- Also with session_replication_role = replica, which a hosted project lets `postgres` set.
alter event trigger record_drop enable always;
