create event trigger record_ddl on ddl_command_end execute function private.record_ddl();
-- Also with session_replication_role = replica, which a hosted project lets `postgres` set.
alter event trigger record_ddl enable always;
