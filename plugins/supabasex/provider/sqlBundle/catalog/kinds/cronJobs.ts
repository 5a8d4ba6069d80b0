import type { KindQuery } from "./kind";

/** Jobs of pg_cron. Read as JSON, since its table gained columns over time. */
export const cronJobs: KindQuery = `
select
  'cron job ' || coalesce(j.job ->> 'jobname', 'without a name, number ' || (j.job ->> 'jobid')),
  'cron.job'::regclass::oid, (j.job ->> 'jobid')::bigint::oid, 0, null, null, null,
  json_build_object(
    'schedule', j.job -> 'schedule',
    'command', j.job -> 'command',
    'database', j.job -> 'database',
    'user', j.job -> 'username',
    'active', coalesce((j.job ->> 'active')::boolean, true))
from (select to_jsonb(job) as job from cron.job) j`;
