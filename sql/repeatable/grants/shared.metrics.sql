-- Only the job collect-metrics writes metrics.
revoke all on table shared.metrics from public, anon, authenticated, service_role;
grant select on table shared.metrics to authenticated, service_role;
