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
    // Another server of the same machine has another port, but after a restart or a restore, so has this one.
    host: text(`nullif(concat(nullif(j.job ->> 'nodename', 'localhost'), case
      when not j.is_local then ':' || nullif(j.job ->> 'nodeport', '5432')
      when not j.has_usual_port then ':' || nullif(j.job ->> 'nodeport', current_setting('port'))
    end), '')`),
    active: boolean(`coalesce((j.job ->> 'active')::boolean, true)`),
  },
  from: `(
  select to_jsonb(job) as job, place.is_local,
    -- Whether most of the other jobs on this machine have the same port. Without other jobs, none has.
    2 * (count(*) over (partition by place.is_local, nodeport) - 1)
      > count(*) over (partition by place.is_local) - 1 as has_usual_port
  from cron.job,
    lateral (select nodename in ('', 'localhost', '127.0.0.1', '::1') or nodename like '/%' as is_local) place
) j`,
};
