import type pg from "pg";
import type { AccessEntry } from "../postgres/access";
import { asRole } from "./asRole";
import { type AccessContext, restoreAccess } from "./compareAccess";

/** A job in jobs.sql: its owner, and the statement that makes it. */
const job = /^set role ("(?:[^"]|"")*"|[^\s;]+);\n([\s\S]*?)\nreset role;$/gm;

/**
 * Makes the jobs of pg_cron, last of all: they run from then on. Each is made as its owner, whom the schema's rights let in.
 * @returns what the target cannot have
 */
export async function restoreJobs(
  client: pg.Client,
  jobs: string,
  rights: { readonly access: readonly AccessEntry[]; readonly context: AccessContext },
): Promise<string[]> {
  if (jobs === "") return [];
  try {
    await client.query("create extension if not exists pg_cron with schema pg_catalog");
  } catch (error) {
    return [`the jobs of pg_cron: ${error instanceof Error ? error.message : String(error)}`];
  }
  const ofCron = rights.access.filter(
    ({ kind, name }) => name.startsWith("cron.") || (kind === "schema" && name === "cron"),
  );
  const { platform } = await restoreAccess(client, ofCron, rights.context);
  const leftOut = [...platform];
  for (const [, owner = "", statement = ""] of jobs.matchAll(job)) {
    await client.query("begin");
    try {
      await asRole(client, unquote(owner), async () => await client.query(statement));
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      const reason = error instanceof Error ? error.message : String(error);
      leftOut.push(`a job of ${owner}: ${reason}: ${statement}`);
    }
  }
  return leftOut;
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
