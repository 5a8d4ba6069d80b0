create event trigger record_ddl on ddl_command_end execute function private.record_ddl();
