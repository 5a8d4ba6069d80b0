import type { Session } from "../../session/session";

/**
 * pg_cron's scheduler reads its jobs again when it is notified that cron.job changed. A transaction with more
 * invalidation messages than the server's queue holds makes every session reset its caches, and the scheduler ignores a
 * reset (pg_cron 1.4 and 1.6): the jobs of a large first deployment would not run until a job is changed. So a small transaction
 * afterwards updates one of our own jobs to its current value. This is optional: a committed
 * deployment does not fail because of it.
 */
const rereadJobs = `
do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.alter_job(jobid, active := active)
    from (select jobid, active from cron.job where username = current_user limit 1) as job;
  end if;
exception when others then
  null;
end
$$`;

/** Makes the job scheduler read its jobs again, if there is one. Call it after the commit of a deployment. */
export async function wakeJobScheduler(session: Session): Promise<void> {
  await session.execute(rereadJobs);
}
