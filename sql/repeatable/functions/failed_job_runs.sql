-- Returns the runs of scheduled jobs that failed recently, by job. The database probe calls it.
--
-- Security definer, owned by `postgres`, because pg_cron shows each role only the runs of its own jobs, and our jobs belong to
-- `postgres`. It returns neither commands nor error messages, because either may contain a tenant's data.
create or replace function monitoring.failed_job_runs(since interval) returns table (job text, failures bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(job.jobname, 'job ' || run.jobid), count(*)
  from cron.job_run_details as run
  left join cron.job on job.jobid = run.jobid
  where run.status = 'failed'
    -- A run that could not start has no start time.
    and coalesce(run.end_time, run.start_time) > now() - since
  group by 1
$$;

comment on function monitoring.failed_job_runs(interval) is 'Failed runs of scheduled jobs within this time, by job.';
revoke all on function monitoring.failed_job_runs(interval) from public, anon, authenticated, service_role;
grant execute on function monitoring.failed_job_runs(interval) to monitoring;
