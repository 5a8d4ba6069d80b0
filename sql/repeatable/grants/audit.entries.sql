-- Only the audit triggers append. No other role may write.
revoke all on table audit.entries from public, anon, authenticated, service_role;
grant select on table audit.entries to authenticated, service_role;
