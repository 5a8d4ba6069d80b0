import { boolean, type Kind, text } from "./kind";

/** Jobs of pg_cron, whose name is unique per user. Read as JSON, because the table gained columns over time. */
export const cronJobs: Kind = {
  identity: `'cron job ' || coalesce(j.job ->> 'jobname', 'without a name, number ' || (j.job ->> 'jobid'))
    || ' of ' || quote_ident(j.job ->> 'username')`,
  address: { catalog: `'cron.job'::regclass`, object: `(j.job ->> 'jobid')::bigint::oid` },
  properties: {
    schedule: text(`j.job ->> 'schedule'`),
    command: text(`j.job ->> 'command'`),
    database: text(`j.job ->> 'database'`),
    // Another server of the same machine has another port.
    host: text(`nullif(concat(
      nullif(j.job ->> 'nodename', 'localhost'), ':' || nullif(j.job ->> 'nodeport', current_setting('port'))), '')`),
    active: boolean(`coalesce((j.job ->> 'active')::boolean, true)`),
  },
  from: `(select to_jsonb(job) as job from cron.job) j`,
};
