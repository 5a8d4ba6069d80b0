import type pg from "pg";
import { messageOf } from "../../foundation/userError";
import type { AccessEntry } from "../postgres/access";
import { splitStatements, unquoteIdentifier, withoutLeadingComments } from "../postgres/sqlText";
import { asRole } from "./asRole";
import { type AccessContext, restoreAccess } from "./compareAccess";
import { inTransaction } from "./transaction";

/** The first line of a job's statement in jobs.sql, with its owner. */
const owning = /^set role ("(?:[^"]|"")*"|[^\s;]+);$/;

/**
 * Creates the jobs of pg_cron last, because they run from then on. Each is created as its owner, who may access the
 * schema. Creates pg_cron if the restore has not: only the database that it is configured for can have it.
 * @returns what the target does not support
 */
export async function restoreJobs(
  client: pg.Client,
  jobs: string,
  rights: { readonly access: readonly AccessEntry[]; readonly context: AccessContext },
): Promise<string[]> {
  const { rows } = await client.query("select from pg_catalog.pg_extension where extname = 'pg_cron'");
  const leftOut: string[] = [];
  if (rows.length === 0) {
    const isBackedUp = rights.access.some(({ kind, name }) => kind === "extension" && name === "pg_cron");
    if (jobs === "" && (rights.context.isProject || !isBackedUp)) return [];
    try {
      await client.query("create extension pg_cron with schema pg_catalog");
    } catch (error) {
      return [`pg_cron and its jobs: ${messageOf(error)}`];
    }
    const context = { ...rights.context, isWanted: isOfCron };
    leftOut.push(...(await restoreAccess(client, rights.access, context)).platform);
  }
  for (const { owner, statement } of readJobs(jobs)) {
    try {
      await inTransaction(
        client,
        async () => await asRole(client, unquoteIdentifier(owner), async () => await client.query(statement)),
      );
    } catch (error) {
      // Without a code it is not the server's refusal: the session is lost.
      if ((error as { code?: string }).code === undefined) throw error;
      const reason = messageOf(error);
      leftOut.push(`a job of ${owner}: ${reason}: ${statement}`);
    }
  }
  return leftOut;
}

function isOfCron({ kind, name, facts }: AccessEntry): boolean {
  return (
    facts.extension === "pg_cron" ||
    name.startsWith("cron.") ||
    (["extension", "schema"].includes(kind) && ["cron", "pg_cron"].includes(name))
  );
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
