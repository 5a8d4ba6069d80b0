import type pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { authTables } from "../postgres/platform";
import { readApplicationObjects } from "./applicationObjects";
import { asRole } from "./asRole";
import { emptyExtensionTables } from "./extensionRows";
import { markObject } from "./unfinished";

/** The state of a target that could not be emptied. */
export interface Outcome {
  /** Beginning of the message. */
  readonly text: string;
  readonly exitCode: number;
}
export const outcomes = {
  untouched: { text: "Nothing was restored", exitCode: exitCodes.targetRefused },
  partlyEmptied: {
    text: "The target is partly emptied and nothing is restored",
    exitCode: exitCodes.restoreFailed,
  },
} as const satisfies Record<string, Outcome>;

/**
 * Removes everything of an application from a database: its schemas, what it put into the schemas that stay and on the platform's tables, its
 * publications, servers, event triggers, large objects, jobs, users and buckets, and the user's rows of extensions that the backup has, too. Extensions and
 * roles stay. Runs in the session's transaction.
 * @throws UserError when something is left; the caller rolls back.
 */
export async function emptyTarget(
  client: pg.Client,
  { extensions }: Pick<Manifest, "extensions">,
  outcome: Outcome = outcomes.untouched,
): Promise<void> {
  for (const { removal } of await readApplicationObjects(client)) {
    if (removal !== undefined) await client.query(removal);
  }
  await emptyPlatformTables(client);
  await emptyExtensionTables(
    client,
    extensions.map(({ name }) => name),
  );
  const left = (await readApplicationObjects(client)).filter(({ what }) => what !== markObject);
  if (left.length === 0) return;
  throw new UserError(
    `${outcome.text}: the target's ${left.map(({ what }) => what).join(", ")} cannot be removed; remove it manually first.`,
    outcome.exitCode,
  );
}

/** Removes the application's event triggers, which could refuse the statements that empty the target and mark it. */
export async function removeEventTriggers(client: pg.Client): Promise<void> {
  for (const { what, removal } of await readApplicationObjects(client)) {
    if (what.startsWith("event trigger ") && removal !== undefined) await client.query(removal);
  }
}

/** Objects that one transaction of `emptyInSteps` removes, each with some ten locks. */
const objectsAtOnce = 20;

/** Returns whether the server refused a statement because its transaction takes more locks than the server has. */
export function isOutOfLocks(error: unknown): boolean {
  return (error as { code?: string }).code === sqlStates.outOfMemory;
}

/**
 * Removes the application's objects one by one, its schemas last, in many small transactions: removing everything in one takes a lock for each
 * object, and the server has a fixed number of them. The mark stays. Objects with more parts than usual are removed in a transaction each.
 */
export async function emptyInSteps(client: pg.Client): Promise<void> {
  const removals = (await readApplicationObjects(client, { inOwnSchemas: true })).flatMap(
    ({ what, removal }) => (removal === undefined || what === markObject ? [] : [removal]),
  );
  for (let start = 0; start < removals.length; start += objectsAtOnce) {
    const batch = removals.slice(start, start + objectsAtOnce);
    try {
      // One message is one transaction.
      await client.query(batch.join("; "));
    } catch (error) {
      if (!isOutOfLocks(error)) throw error;
      for (const removal of batch) await client.query(removal);
    }
  }
}

async function emptyPlatformTables(client: pg.Client): Promise<void> {
  if (await exists(client, "cron.job")) await removeJobs(client);
  // Those that refer to others first.
  for (const table of [...authTables].reverse()) {
    if (await exists(client, `auth.${table}`)) await client.query(`delete from auth.${table}`);
  }
  if (await exists(client, "storage.buckets")) {
    // Storage protects its tables against deletes unless this setting allows them.
    await client.query("set local storage.allow_delete_query = 'true'");
    await client.query("delete from storage.buckets");
  }
}

/** Removes the jobs, each as its owner, because pg_cron lets a role remove only its own. */
async function removeJobs(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ id: string; owner: string }>(
    "select jobid::text as id, username as owner from cron.job where database = current_database()",
  );
  for (const { id, owner } of rows) {
    await asRole(client, owner, async () => {
      await client.query("select cron.unschedule($1::bigint)", [id]);
    });
  }
}

async function exists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>("select to_regclass($1) is not null as exists", [
    table,
  ]);
  return rows[0]?.exists === true;
}
