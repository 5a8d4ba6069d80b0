create event trigger record_drop on sql_drop execute function private.record_ddl();
