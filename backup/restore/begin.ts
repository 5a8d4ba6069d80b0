import type pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import { messageOf, UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { readAccess } from "../postgres/access";
import { refusedMark } from "../postgres/block";
import { readDefaultPrivileges } from "./defaultPrivileges";
import {
  emptyInSteps,
  emptyTarget,
  isOutOfLocks,
  type Outcome,
  outcomes,
  removeEventTriggers,
} from "./emptyTarget";
import type { Filling } from "./filling";
import { grantorsOf, type LentMembership, lendMemberships, ownersOf } from "./lentMemberships";
import { requireRoles } from "./missingRoles";
import { type CheckedTarget, createPlatformRoles } from "./target";
import { inTransaction } from "./transaction";
import { markUnfinished, readLentMemberships, type UnfinishedRestore } from "./unfinished";

/** The context of the beginning of a restore in place. */
export type Beginning = Pick<Filling, "manifest" | "texts" | "progress" | "client"> & {
  readonly checked: CheckedTarget;
};

/** How long emptying waits for a lock of another session. */
const lockSeconds = 10;

/** Returns an error that names the sessions that hold locks in open transactions. */
async function describeSessions(client: pg.Client, cause: unknown, outcome: Outcome): Promise<UserError> {
  const { rows } = await client.query<{ session: string }>(
    `select format('process %s of role %s (%s, %s)', a.pid, a.usename, coalesce(nullif(a.application_name, ''), 'no application name'), a.state) as session
     from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid() and a.xact_start is not null
       and exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'relation' and l.granted and l.relation >= 16384)
     union all
     select format('the prepared transaction %L', gid) from pg_prepared_xacts where database = current_database()
     limit 5`,
  );
  const holders = rows.map(({ session }) => session).join(", ");
  const advice =
    holders === ""
      ? ", but have ended since; run the same command again."
      : ` (${holders}); end them with \`select pg_terminate_backend(<process>)\` and run the same command again.`;
  return new UserError(
    `${outcome.text}, because other sessions held locks in the target for ${lockSeconds} s${advice}`,
    outcome.exitCode,
    { cause },
  );
}

/**
 * Empties the target and marks it in one transaction, so a failure changes nothing. If the target has more objects than
 * one transaction can lock, it is marked first and emptied in steps. A failure between two steps leaves it partly
 * emptied, and the same command continues.
 *
 * @returns the memberships that it, or an interrupted restore before it, granted to its role
 * @throws UserError that says whether the target is untouched or partly emptied
 */
export async function begin(beginning: Beginning): Promise<LentMembership[]> {
  const { client, progress } = beginning;
  await client.query(`set search_path = pg_catalog; set lock_timeout = '${lockSeconds}s'`);
  try {
    return await inTransaction(client, async () => {
      const lent = await prepareRoles(beginning);
      await empty(beginning, lent);
      return lent;
    });
  } catch (error) {
    if (!isOutOfLocks(error)) throw await explain(client, error, outcomes.untouched);
  }
  progress("the target has more objects than one transaction can lock: removing them in steps");
  let outcome: Outcome = outcomes.untouched;
  try {
    const { holdsData, unfinished } = beginning.checked;
    const lent = await inTransaction(client, async () => {
      const all = await prepareRoles(beginning);
      await mark(beginning, { isEmptied: !holdsData, reinstate: unfinished?.reinstate, lent: all });
      return all;
    });
    outcome = outcomes.partlyEmptied;
    await emptyInSteps(client);
    await inTransaction(client, async () => await empty(beginning, lent, outcome));
    return lent;
  } catch (error) {
    throw await explain(client, error, outcome);
  }
}

/**
 * Creates the roles of the backup, and makes the session's role a member of those whose objects are removed and
 * created. Event triggers are removed first.
 */
async function prepareRoles({
  client,
  checked,
  manifest,
  texts,
  progress,
}: Beginning): Promise<LentMembership[]> {
  if (!checked.shape.isProject) await createPlatformRoles(client, manifest.roles);
  await createRoles(client, texts.globals, progress);
  await requireRoles(client, texts.access);
  const lent = await lendMemberships(client, {
    needed: ownersOf(texts.access),
    others: [...ownersOf(await readAccess(client)), ...grantorsOf(texts.schema)],
  });
  await removeEventTriggers(client);
  return [...(await readLentMemberships(client)), ...lent];
}

async function empty(
  beginning: Beginning,
  lent: readonly LentMembership[],
  outcome: Outcome = outcomes.untouched,
): Promise<void> {
  const { client, checked, manifest } = beginning;
  await emptyTarget(client, manifest, outcome);
  const { neutralize, reinstate } = await readDefaultPrivileges(client);
  await mark(beginning, {
    isEmptied: true,
    reinstate: checked.unfinished?.reinstate ?? reinstate,
    lent,
  });
  for (const statement of neutralize) await client.query(statement);
}

async function mark(
  { client, manifest }: Beginning,
  state: Pick<UnfinishedRestore, "isEmptied" | "reinstate" | "lent">,
): Promise<void> {
  await markUnfinished(client, { run: manifest.run, startedAt: new Date().toISOString(), ...state });
}

async function explain(client: pg.Client, error: unknown, outcome: Outcome): Promise<unknown> {
  if (error instanceof UserError) return error;
  if ((error as { code?: string }).code === sqlStates.lockNotAvailable)
    return await describeSessions(client, error, outcome);
  const reason = messageOf(error);
  const advice = isOutOfLocks(error)
    ? "; raise max_locks_per_transaction of the server and run the same command again"
    : outcome === outcomes.partlyEmptied
      ? "; run the same command again"
      : "; correct this in the target and run the same command again";
  return new UserError(
    `${outcome.text}, because emptying the target failed (${reason})${advice}.`,
    outcome.exitCode,
    { cause: error },
  );
}

/** @throws UserError if the target refuses one; a setting or a membership that it does not support is reported and omitted */
export async function createRoles(
  client: pg.Client,
  globals: string,
  progress: Beginning["progress"],
): Promise<void> {
  const tell = ({ message = "" }: { readonly message?: string | undefined }): void => {
    if (!message.startsWith(refusedMark)) return;
    progress(`not restored: ${message.slice(refusedMark.length)}`);
  };
  client.on("notice", tell);
  try {
    await client.query(globals);
  } catch (error) {
    const reason = messageOf(error);
    throw new UserError(
      `Nothing was restored, because the target refuses a role or a setting of globals.sql (${reason}); create it manually or restore with a role that may.`,
      exitCodes.restoreFailed,
      { cause: error },
    );
  } finally {
    client.off("notice", tell);
  }
}
