-- Append-only, by the audit triggers: nobody else holds any right to write.
revoke all on table audit.entries from public, anon, authenticated, service_role;
grant select on table audit.entries to authenticated, service_role;
