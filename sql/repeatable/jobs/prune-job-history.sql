-- pg_cron keeps every run for ever.
select cron.schedule(
  'prune-job-history',
  '41 3 * * *',
  $$delete from cron.job_run_details where end_time < now() - interval '14 days';$$
);
