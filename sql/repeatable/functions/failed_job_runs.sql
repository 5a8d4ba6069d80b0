-- Runs of scheduled jobs that failed lately, by job; the database probe asks for them.
--
-- Security definer, owned by `postgres`: pg_cron shows each role the runs of its own jobs, and ours are jobs of `postgres`. No text
-- of a job and no error message leaves the function, since either may hold a tenant's data.
create or replace function monitoring.failed_job_runs(since interval) returns table (job text, failures bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(job.jobname, 'job ' || run.jobid), count(*)
  from cron.job_run_details as run
  left join cron.job on job.jobid = run.jobid
  where run.status = 'failed'
    -- A run that could not start has no beginning.
    and coalesce(run.end_time, run.start_time) > now() - since
  group by 1
$$;

comment on function monitoring.failed_job_runs(interval) is 'Failed runs of scheduled jobs within this time, by job.';
revoke all on function monitoring.failed_job_runs(interval) from public, anon, authenticated, service_role;
grant execute on function monitoring.failed_job_runs(interval) to monitoring;
