import type pg from "pg";
import { UserError } from "../../foundation/userError";
import type { CommandContext } from "../context";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { readAccess } from "../postgres/access";
import { connect } from "../postgres/connect";
import { lockOutOthers } from "../postgres/snapshot";
import { refusedSettingMark } from "../postgres/statements";
import type { Tools } from "../postgres/tools";
import type { ObjectStore } from "../store/objectStore";
import { type BesideTarget, createBesideTarget } from "./besideTarget";
import { readDefaultPrivileges } from "./defaultPrivileges";
import { emptyTarget } from "./emptyTarget";
import { type Filling, fill, type Shortfall } from "./fill";
import { requireSpace } from "./freeSpace";
import { restoreJobs } from "./jobs";
import { lendMemberships, ownersOf } from "./lentMemberships";
import { inspect, openBackup, readTexts } from "./openBackup";
import { type CheckedTarget, checkTarget, createPlatformRoles } from "./target";
import { markUnfinished, readUnfinishedRestore, removeMark } from "./unfinished";

export interface RestoreRequest {
  readonly store: ObjectStore;
  readonly tools: Tools;
  /** Full name of a run. */
  readonly run: string;
  readonly target: DatabaseSettings;
  /** Sessions at once. */
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
 * Restores a backup into an empty database, a fresh Supabase project or a plain one, and compares it with the manifest. A restore that fails
 * leaves the target as it was, or empty; one that is killed leaves something that the next one removes.
 *
 * - A plain database is loaded beside the target, and takes its place when it is whole.
 * - A project is emptied and filled. What could fail is checked before; where rows would be lost, every byte of the backup, too.
 *
 * @throws UserError with the exit code for what went wrong.
 */
export async function restoreBackup(request: RestoreRequest, context: CommandContext): Promise<Restored> {
  const { run, target, intoSource, replace, isThrowaway = false, ...services } = request;
  const { signal, progress } = context;
  progress(`checking backup ${run}`);
  const manifest = await openBackup(run, { ...context, ...services });
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
    throw describeFailure(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** An error of the server or of the connection that no step has put into words. */
function describeFailure(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const isOfDatabase = "code" in error || /connection|terminated/i.test(error.message);
  if (!isOfDatabase) return error;
  return new UserError(`The restore failed: ${error.message}.`, exitCodes.restoreFailed, { cause: error });
}

/** More than the server takes to notice that a program is gone. */
const secondsToNotice = 5;

/** The server notices within a second that the program is gone, also while it works for it. */
async function prepareToBeKilled(client: pg.Client): Promise<void> {
  await client.query("set client_connection_check_interval = '1s'");
}

/** Ends sessions of a restore that was killed; none is alive that holds no lock. */
async function endOrphans(client: pg.Client): Promise<void> {
  await client.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where application_name = current_setting('application_name') and datname = current_database() and usename = current_user
       and pid <> pg_backend_pid()`,
  );
}

async function restoreInPlace(restore: Restore, isThrowaway: boolean): Promise<Shortfall> {
  const { client, checked, target, progress, texts } = restore;
  if (checked.holdsData || checked.unfinished !== undefined) {
    progress(
      checked.unfinished === undefined
        ? "removing what the target has"
        : `removing what the restore of ${checked.unfinished.run} left, which did not end`,
    );
  }
  const takeBack = await begin(restore);
  try {
    const shortfall = await fill({
      ...restore,
      settings: target,
      serverMajor: checked.serverMajor,
      isProject: checked.shape.isProject,
    });
    const leftOut = await restoreJobs(client, texts.jobs, rightsOf(restore));
    await client.query("set synchronous_commit = on");
    await client.query("begin");
    for (const statement of takeBack) await client.query(statement);
    await removeMark(client);
    await client.query("commit");
    return { ...shortfall, notRestored: [...shortfall.notRestored, ...leftOut] };
  } catch (error) {
    if (!isThrowaway) await emptyAgain(restore);
    throw error;
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

/** How long the emptying waits for a lock that another session holds, and SQLSTATE `lock_not_available`. */
const lockSeconds = 10;
const lockNotAvailable = "55P03";

/** @throws UserError that names the sessions that hold locks in open transactions */
async function refuseForSessions(client: pg.Client, cause: unknown): Promise<never> {
  const { rows } = await client.query<{ session: string }>(
    `select format('process %s of role %s (%s, %s)', a.pid, a.usename, coalesce(nullif(a.application_name, ''), 'no application name'), a.state) as session
     from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid() and a.xact_start is not null
       and exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'relation' and l.granted and l.relation >= 16384)
     union all
     select format('the prepared transaction %L', gid) from pg_prepared_xacts where database = current_database()
     limit 5`,
  );
  const holders = rows.map(({ session }) => session).join(", ");
  throw new UserError(
    `Nothing was restored: other sessions kept locks in the target for ${lockSeconds} s: ${holders || "they are gone by now"}; end them, with \`select pg_terminate_backend(<process>)\`, and run the same command again.`,
    exitCodes.targetRefused,
    { cause },
  );
}

/**
 * Empties the target and marks it, all in one transaction: until it ends, nothing has happened.
 * @returns what takes the memberships back that it has lent to its role
 */
async function begin({ client, checked, manifest, texts, progress }: Restore): Promise<string[]> {
  await client.query(`set search_path = pg_catalog; begin; set local lock_timeout = '${lockSeconds}s'`);
  try {
    if (!checked.shape.isProject) await createPlatformRoles(client, manifest.roles);
    await createRoles(client, texts.globals, progress);
    const lent = await lendMemberships(client, {
      needed: ownersOf(texts.access),
      others: ownersOf(await readAccess(client)),
    });
    const takeBack = [...(checked.unfinished?.takeBack ?? []), ...lent];
    await removeMark(client);
    await emptyTarget(client);
    const { neutralize, reinstate } = await readDefaultPrivileges(client);
    await markUnfinished(client, {
      run: manifest.run,
      startedAt: new Date().toISOString(),
      reinstate: [...(checked.unfinished?.reinstate ?? reinstate)],
      takeBack,
    });
    for (const statement of neutralize) await client.query(statement);
    await client.query("commit");
    return takeBack;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    if (error instanceof UserError) throw error;
    if ((error as { code?: string }).code === lockNotAvailable) await refuseForSessions(client, error);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `Nothing was restored: emptying the target failed: ${reason}.`,
      exitCodes.targetRefused,
      {
        cause: error,
      },
    );
  }
}

/** @throws UserError when the target refuses one; a setting that only a superuser may make is reported and left out */
async function createRoles(client: pg.Client, globals: string, progress: Restore["progress"]): Promise<void> {
  const tell = ({ message = "" }: { readonly message?: string | undefined }): void => {
    if (!message.startsWith(refusedSettingMark)) return;
    progress(`not restored: ${message.slice(refusedSettingMark.length)}: only a superuser may make it`);
  };
  client.on("notice", tell);
  try {
    await client.query(globals);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `Nothing was restored: the target refuses a role or a setting of globals.sql: ${reason}.`,
      exitCodes.restoreFailed,
      { cause: error },
    );
  } finally {
    client.off("notice", tell);
  }
}

/** After a failure: what was restored goes, and the default privileges come back. */
async function emptyAgain({ target, progress }: Restore): Promise<void> {
  // The session of the restore may be what failed.
  const client = await connect(target, exitCodes.restoreFailed).catch(() => undefined);
  try {
    if (client === undefined) throw new Error("no session can be opened");
    await prepareToBeKilled(client);
    await client.query("set search_path = pg_catalog");
    const mark = await readUnfinishedRestore(client);
    await client.query("begin");
    await removeMark(client);
    await emptyTarget(client);
    for (const statement of [...(mark?.reinstate ?? []), ...(mark?.takeBack ?? [])]) {
      await client.query(statement);
    }
    await client.query("commit");
    progress("the target is empty again");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    progress(`the target is not empty, and the same command removes what is there: ${reason}`);
  } finally {
    await client?.end().catch(() => undefined);
  }
}

async function restoreBeside(restore: Restore): Promise<Shortfall> {
  const { client, target, manifest, texts, checked } = restore;
  const beside: BesideTarget = await createBesideTarget(client, target);
  let shortfall: Shortfall;
  try {
    const own = await connect(beside.settings, exitCodes.restoreFailed);
    try {
      await prepareToBeKilled(own);
      await createPlatformRoles(own, manifest.roles);
      await createRoles(own, texts.globals, restore.progress);
      const takeBack = await lendMemberships(own, { needed: ownersOf(texts.access) });
      try {
        shortfall = await fill({
          ...restore,
          client: own,
          settings: beside.settings,
          serverMajor: checked.serverMajor,
          isProject: false,
        });
      } finally {
        for (const statement of takeBack) await own.query(statement).catch(() => undefined);
      }
    } finally {
      await own.end().catch(() => undefined);
    }
  } catch (error) {
    await beside.drop();
    throw error;
  }
  await client.end();
  await beside.swap();
  const restored = await connect(target, exitCodes.restoreFailed);
  try {
    const leftOut = await restoreJobs(restored, texts.jobs, rightsOf(restore));
    return { ...shortfall, notRestored: [...shortfall.notRestored, ...leftOut] };
  } finally {
    await restored.end().catch(() => undefined);
  }
}
