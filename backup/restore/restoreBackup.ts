import type pg from "pg";
import { messageOf, UserError } from "../../foundation/userError";
import type { CommandContext } from "../context";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { connect } from "../postgres/connect";
import { lockOutOthers } from "../postgres/snapshot";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";
import { explainDeletion } from "../verify/deletedMeanwhile";
import { begin, createRoles } from "./begin";
import { type BesideTarget, createBesideTarget } from "./besideTarget";
import { emptyInSteps, emptyTarget } from "./emptyTarget";
import { enableEventTriggers } from "./eventTriggers";
import { type Filled, fill, type Shortfall } from "./fill";
import type { Filling } from "./filling";
import { requireSpace } from "./freeSpace";
import { restoreJobs } from "./jobs";
import {
  grantorsOf,
  lendMemberships,
  ownersOf,
  takeBackStatements,
  takeMembershipsBack,
} from "./lentMemberships";
import { requireRoles } from "./missingRoles";
import { inspect, openBackup, readTexts } from "./openBackup";
import { type CheckedTarget, checkTarget, createPlatformRoles } from "./target";
import { inTransaction } from "./transaction";
import { markUnfinished, readUnfinishedRestore, removeMark } from "./unfinished";

export interface RestoreRequest {
  readonly store: ObjectStore;
  readonly tools: Tools;
  /** Full name of a run. */
  readonly run: string;
  readonly target: DatabaseSettings;
  /** The number of parallel sessions. */
  readonly parallel: number;
  /** See `RestoreOptions`. */
  readonly intoSource?: string | undefined;
  readonly replace?: string | undefined;
  /** The target is discarded afterwards, whether the restore succeeds or fails. */
  readonly isThrowaway?: boolean;
}

export interface Restored extends Shortfall {
  readonly manifest: Manifest;
}

interface Restore extends Omit<Filling, "client" | "settings" | "serverMajor" | "isProject"> {
  readonly target: DatabaseSettings;
  readonly client: pg.Client;
  readonly checked: CheckedTarget;
}

/**
 * Restores a backup into an empty database, a new Supabase project or a plain one, and compares it with the manifest. A
 * failed restore leaves the target unchanged or empty. What a killed one leaves is removed by the next one. A project
 * with more objects than one transaction can lock is emptied in steps: a restore that fails or is killed between two
 * steps leaves it partly emptied.
 *
 * - A plain database is loaded next to the target, and replaces it when it is complete.
 * - A project is emptied and filled. Possible failures are checked before. If rows would be lost, so is every byte of
 *   the backup.
 *
 * @throws UserError with the exit code of the failure.
 */
export async function restoreBackup(request: RestoreRequest, context: CommandContext): Promise<Restored> {
  const { run, target, intoSource, replace, isThrowaway = false, ...services } = request;
  const { signal, progress } = context;
  progress(`checking backup ${run}`);
  const manifest = await openBackup(run, { ...context, ...services }).catch(async (error: unknown) => {
    throw await explainDeletion(error, run, { store: services.store, signal });
  });
  const client = await connect(target, exitCodes.targetRefused);
  try {
    await prepareToBeKilled(client);
    await lockOutOthers(client, secondsToNotice);
    await endOrphans(client);
    const { tools } = services;
    const checked = await checkTarget(client, { manifest, tools, settings: target, intoSource, replace });
    const isEmptied = checked.shape.isProject && (checked.holdsData || checked.unfinished !== undefined);
    await requireSpace(client, { manifest, settings: target, isEmptied, progress });
    if (checked.holdsData && checked.shape.isProject) await inspect(manifest, { ...context, ...services });
    const texts = await readTexts(manifest, { ...services, signal });
    const place = `${target.database} on ${target.host}:${target.port}`;
    progress(
      `restoring ${run} into ${place}, a ${checked.shape.isProject ? "Supabase project" : "plain database"}`,
    );
    const restore: Restore = { ...services, client, checked, manifest, texts, target, signal, progress };
    const shortfall =
      checked.shape.isProject || isThrowaway
        ? await restoreInPlace(restore, isThrowaway)
        : await restoreBeside(restore);
    for (const what of shortfall.notRestored) progress(`not restored: ${what}`);
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    progress(`restored ${manifest.run}: ${rows} rows in ${manifest.tables.length} tables`);
    return { manifest, ...shortfall };
  } catch (error) {
    signal.throwIfAborted();
    throw await explainDeletion(describeFailure(error), run, { store: services.store, signal });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Returns an error of the server or the connection that no step has described. */
function describeFailure(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const isOfDatabase = "code" in error || /connection|terminated/i.test(error.message);
  if (!isOfDatabase) return error;
  return new UserError(`The restore failed: ${error.message}.`, exitCodes.restoreFailed, { cause: error });
}

/** Longer than the server needs to notice that a program has ended. */
const secondsToNotice = 5;

/** Makes the server notice within a second that the program has ended, even while a query runs. */
async function prepareToBeKilled(client: pg.Client): Promise<void> {
  await client.query("set client_connection_check_interval = '1s'");
}

/** Ends sessions of a killed restore. A running restore holds a lock. */
async function endOrphans(client: pg.Client): Promise<void> {
  await client.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where application_name = current_setting('application_name') and datname = current_database() and usename = current_user
       and pid <> pg_backend_pid()`,
  );
}

async function restoreInPlace(restore: Restore, isThrowaway: boolean): Promise<Shortfall> {
  const { client, checked, target, progress, texts, manifest, store, signal } = restore;
  if (checked.holdsData || checked.unfinished !== undefined) {
    progress(
      checked.holdsData || checked.unfinished === undefined
        ? "removing the target's objects"
        : `removing what the interrupted restore of ${checked.unfinished.run} left`,
    );
  }
  const lent = await begin(restore);
  try {
    const { enabling, ...shortfall } = await fill({
      ...restore,
      settings: target,
      serverMajor: checked.serverMajor,
      isProject: checked.shape.isProject,
    });
    const leftOut = await restoreJobs(client, texts.jobs, rightsOf(restore));
    await client.query("set synchronous_commit = on");
    const { statements, ofOthers } = await takeBackStatements(client, lent);
    await inTransaction(client, async () => {
      await removeMark(client);
      for (const statement of [...enabling, ...statements]) await client.query(statement);
    });
    for (const what of ofOthers) progress(what);
    return { ...shortfall, notRestored: [...shortfall.notRestored, ...leftOut] };
  } catch (error) {
    if (isThrowaway) throw error;
    const state = await emptyAgain(restore);
    signal.throwIfAborted();
    throw await explainDeletion(error, manifest.run, { store, signal, state });
  }
}

function rightsOf({ texts, manifest, checked }: Restore): Parameters<typeof restoreJobs>[2] {
  const { serverMajor } = checked;
  const context = {
    sourceMajor: manifest.source.serverMajor,
    targetMajor: serverMajor,
    isIncomplete: false,
    isProject: checked.shape.isProject,
  };
  return { access: texts.access, context };
}

/**
 * Cleans up after a failure: removes what was restored, and restores the default privileges. Returns the state of the
 * target.
 */
async function emptyAgain({ target, manifest, progress }: Restore): Promise<string> {
  // The session of the restore may be what failed.
  const client = await connect(target, exitCodes.restoreFailed).catch(() => undefined);
  try {
    if (client === undefined) throw new Error("no session can be opened");
    await prepareToBeKilled(client);
    await client.query("set search_path = pg_catalog");
    const mark = await readUnfinishedRestore(client);
    const { statements, ofOthers } = await takeBackStatements(client, mark?.lent ?? []);
    // All of it came from the restore, so it need not be removed in one transaction.
    await emptyInSteps(client);
    await inTransaction(client, async () => {
      await removeMark(client);
      await emptyTarget(client, manifest);
      for (const statement of [...(mark?.reinstate ?? []), ...statements]) await client.query(statement);
    });
    for (const what of ofOthers) progress(what);
    progress("the target is empty again");
    return "The target is empty";
  } catch (error) {
    const reason = messageOf(error);
    progress(`the target is not empty; running the same command again removes its contents: ${reason}`);
    return "The target is not empty";
  } finally {
    await client?.end().catch(() => undefined);
  }
}

async function restoreBeside(restore: Restore): Promise<Shortfall> {
  const { client, target, manifest, texts, checked } = restore;
  const beside: BesideTarget = await createBesideTarget(client, target, restore.progress);
  let filled: Filled;
  try {
    const own = await connect(beside.settings, exitCodes.restoreFailed);
    try {
      await prepareToBeKilled(own);
      await own.query("set search_path = pg_catalog");
      const lent = await inTransaction(own, async () => {
        await createPlatformRoles(own, manifest.roles);
        await createRoles(own, texts.globals, restore.progress);
        await requireRoles(own, texts.access);
        const memberships = await lendMemberships(own, {
          needed: ownersOf(texts.access),
          others: grantorsOf(texts.schema),
        });
        // Roles belong to the whole server, so after a killed restore, the next one revokes the memberships.
        await markUnfinished(own, {
          ...{ run: manifest.run, startedAt: new Date().toISOString(), isEmptied: true },
          lent: memberships,
        });
        return memberships;
      });
      filled = await fill({
        ...restore,
        client: own,
        settings: beside.settings,
        serverMajor: checked.serverMajor,
        isProject: false,
      });
      for (const what of await takeMembershipsBack(own, lent)) restore.progress(what);
      await removeMark(own);
    } finally {
      await own.end().catch(() => undefined);
    }
  } catch (error) {
    await beside.drop();
    throw error;
  }
  await client.end();
  for (const line of await beside.swap()) restore.progress(line);
  const { enabling, ...shortfall } = filled;
  let leftOut: string[];
  try {
    leftOut = await restoreJobsInto(target, restore);
  } catch (error) {
    for (const what of await enableEventTriggers(target, enabling)) restore.progress(`not restored: ${what}`);
    throw error;
  }
  // In a separate session, which a failure of the jobs does not affect.
  leftOut.push(...(await enableEventTriggers(target, enabling)));
  return { ...shortfall, notRestored: [...shortfall.notRestored, ...leftOut] };
}

async function restoreJobsInto(target: DatabaseSettings, restore: Restore): Promise<string[]> {
  const client = await connect(target, exitCodes.restoreFailed);
  try {
    return await restoreJobs(client, restore.texts.jobs, rightsOf(restore));
  } finally {
    await client.end().catch(() => undefined);
  }
}
