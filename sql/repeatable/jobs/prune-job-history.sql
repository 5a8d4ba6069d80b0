-- pg_cron itself never deletes the records of runs.
select cron.schedule(
  'prune-job-history',
  '41 3 * * *',
  $$delete from cron.job_run_details where end_time < now() - interval '14 days';$$
);
