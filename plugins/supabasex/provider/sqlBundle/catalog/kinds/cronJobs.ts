import { boolean, type Kind, text } from "./kind";

/** Jobs of pg_cron. Read as JSON, since its table gained columns over time. */
export const cronJobs: Kind = {
  identity: `'cron job ' || coalesce(j.job ->> 'jobname', 'without a name, number ' || (j.job ->> 'jobid'))`,
  address: { catalog: `'cron.job'::regclass`, object: `(j.job ->> 'jobid')::bigint::oid` },
  properties: {
    schedule: text(`j.job ->> 'schedule'`),
    command: text(`j.job ->> 'command'`),
    database: text(`j.job ->> 'database'`),
    user: text(`j.job ->> 'username'`),
    active: boolean(`coalesce((j.job ->> 'active')::boolean, true)`),
  },
  from: `(select to_jsonb(job) as job from cron.job) j`,
};
