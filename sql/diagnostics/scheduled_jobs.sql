-- Jobs with the result of their latest run.
select job.jobname, job.schedule, job.active, latest.status, latest.start_time, latest.end_time, latest.return_message
from cron.job as job
left join lateral (
  select status, start_time, end_time, return_message
  from cron.job_run_details as run
  where run.jobid = job.jobid
  order by start_time desc
  limit 1
) as latest on true
order by job.jobname;
