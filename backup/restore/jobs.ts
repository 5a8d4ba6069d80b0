import type pg from "pg";
import type { AccessEntry } from "../postgres/access";
import { splitStatements, unquoteIdentifier, withoutLeadingComments } from "../postgres/sqlText";
import { asRole } from "./asRole";
import { type AccessContext, restoreAccess } from "./compareAccess";

/** The first line of a job's statement in jobs.sql, with its owner. */
const owning = /^set role ("(?:[^"]|"")*"|[^\s;]+);$/;

/**
 * Creates the jobs of pg_cron last, because they run from then on. Each is created as its owner, who may access the
 * schema.
 * @returns what the target does not support
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
  const { platform } = await restoreAccess(client, rights.access, { ...rights.context, isWanted: isOfCron });
  const leftOut = [...platform];
  for (const { owner, statement } of readJobs(jobs)) {
    await client.query("begin");
    try {
      await asRole(client, unquoteIdentifier(owner), async () => await client.query(statement));
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      const reason = error instanceof Error ? error.message : String(error);
      leftOut.push(`a job of ${owner}: ${reason}: ${statement}`);
    }
  }
  return leftOut;
}

function isOfCron({ kind, name }: AccessEntry): boolean {
  return name.startsWith("cron.") || (kind === "schema" && name === "cron");
}

/**
 * Returns the owner and the statement of each job. A command of several lines can look like the file's own statements.
 */
function readJobs(jobs: string): { readonly owner: string; readonly statement: string }[] {
  let owner = "";
  return splitStatements(jobs).flatMap((text) => {
    const statement = withoutLeadingComments(text);
    const found = owning.exec(statement)?.[1];
    owner = found ?? owner;
    return found !== undefined || statement === "reset role;" ? [] : [{ owner, statement }];
  });
}
