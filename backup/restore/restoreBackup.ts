import type pg from "pg";
import { z } from "zod";
import { UserError } from "../../foundation/userError";
import { readManifest, sumUpManifest } from "../catalog";
import type { CommandContext } from "../context";
import type { DatabaseSettings } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest, StoredObject } from "../manifest";
import { accessInventory } from "../postgres/access";
import { connect } from "../postgres/connect";
import { lockOutOthers } from "../postgres/snapshot";
import { refusedSettingMark } from "../postgres/statements";
import type { Tools } from "../postgres/tools";
import { objectKey } from "../runName";
import type { ObjectStore } from "../store/objectStore";
import type { ObjectReport } from "../verify/inspectObject";
import { inspectObjects, overwrittenObjects, sumUp } from "../verify/inspectRun";
import { describeReport, throwUnlessIntact } from "../verify/report";
import { type BesideTarget, createBesideTarget } from "./besideTarget";
import { readDefaultPrivileges } from "./defaultPrivileges";
import { emptyTarget } from "./emptyTarget";
import { type BackupTexts, type Filling, fill, type Shortfall } from "./fill";
import { requireSpace } from "./freeSpace";
import { restoreJobs } from "./jobs";
import { readSchemaArchive } from "./schemaArchive";
import { readChecked } from "./storedBytes";
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

interface Restore extends Omit<Filling, "client" | "settings" | "serverMajor"> {
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

/** Reads the manifest, and looks whether every object that it names is there and has its size. */
async function openBackup(
  run: string,
  context: CommandContext & Pick<RestoreRequest, "store" | "tools">,
): Promise<Manifest> {
  const opened = await readManifest(context.store, run, context.signal);
  if (opened.verdict !== "intact") {
    throw new UserError(
      `Nothing was restored: of backup ${run}, ${opened.verdict}: ${opened.detail}.`,
      sumUpManifest(opened.verdict) === "damaged" ? exitCodes.damaged : exitCodes.couldNotCheck,
    );
  }
  const { manifest } = opened;
  const overwritten = await overwrittenObjects(run, context);
  // A role that may only read is enough to restore with, and then says so.
  const unchecked = overwritten.filter(({ verdict }) => verdict === "could not check");
  for (const { object, detail } of unchecked) context.progress(`not checked: ${object}: ${detail}`);
  const listed = new Map(
    (await context.store.list(objectKey(run, ""), context.signal)).map(({ key, bytes }) => [key, bytes]),
  );
  const sizes = manifest.objects.flatMap(({ name, bytes }): ObjectReport[] => {
    const found = listed.get(objectKey(run, name));
    if (found === bytes) return [];
    if (found === undefined) return [{ object: name, verdict: "missing" }];
    const verdict = found === 0 ? "empty" : found < bytes ? "truncated" : "extended";
    return [{ object: name, verdict, detail: `${found} of ${bytes} bytes` }];
  });
  report(run, [...sizes, ...overwritten.filter(({ verdict }) => verdict === "overwritten")], context);
  return manifest;
}

/** Reads every byte, before rows are removed that only this backup could replace. */
async function inspect(
  manifest: Manifest,
  context: CommandContext & Pick<RestoreRequest, "store" | "tools">,
): Promise<void> {
  context.progress("reading every byte of the backup before anything is removed");
  report(manifest.run, await inspectObjects(manifest, { ...context, depth: "contents" }), context);
}

function report(run: string, objects: readonly ObjectReport[], context: Pick<CommandContext, "print">): void {
  const found = { run, verdict: sumUp(objects), objects };
  if (found.verdict !== "intact") context.print(describeReport(found));
  throwUnlessIntact([found]);
}

/** Reads everything of a backup but its rows. */
export async function readTexts(
  manifest: Manifest,
  context: { readonly store: ObjectStore; readonly tools: Tools; readonly signal: AbortSignal },
): Promise<BackupTexts> {
  const stored = { ...context, run: manifest.run };
  const bytesOf = async (content: StoredObject["content"]): Promise<Buffer> => {
    const found = manifest.objects.filter((object) => object.content === content);
    return Buffer.concat(await Promise.all(found.map(async (object) => await readChecked(object, stored))));
  };
  const textOf = async (content: StoredObject["content"]): Promise<string> =>
    (await bytesOf(content)).toString("utf8");
  const damaged = (what: string): never => {
    throw new UserError(`The backup is damaged: ${what}.`, exitCodes.damaged);
  };
  const schema = await bytesOf("schema");
  if (schema.length === 0) damaged("it has no schema");
  const access = z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(accessInventory)
    .safeParse(await textOf("access"));
  return {
    schema: await readSchemaArchive(schema, manifest, context),
    access: access.success ? access.data : damaged("its list of owners and grants cannot be read"),
    globals: await textOf("globals"),
    sequences: await textOf("sequences"),
    publication: await textOf("publication"),
    materializedViews: await textOf("materialized views"),
    jobs: await textOf("jobs"),
  };
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
  await begin(restore);
  try {
    const shortfall = await fill({ ...restore, settings: target, serverMajor: checked.serverMajor });
    const leftOut = await restoreJobs(client, texts.jobs, rightsOf(restore));
    await client.query("set synchronous_commit = on");
    await removeMark(client);
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
  };
  return { access: texts.access, context };
}

/** Empties the target and marks it, all in one transaction: until it ends, nothing has happened. */
async function begin({ client, checked, manifest, texts, progress }: Restore): Promise<void> {
  await client.query("set statement_timeout = 0; set search_path = pg_catalog; begin");
  try {
    if (!checked.shape.isProject) await createPlatformRoles(client, manifest.roles);
    await createRoles(client, texts.globals, progress);
    await removeMark(client);
    await emptyTarget(client);
    const { neutralize, reinstate } = await readDefaultPrivileges(client);
    await markUnfinished(client, {
      run: manifest.run,
      startedAt: new Date().toISOString(),
      reinstate: [...(checked.unfinished?.reinstate ?? reinstate)],
    });
    for (const statement of neutralize) await client.query(statement);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    if (error instanceof UserError) throw error;
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
    await client.query("set statement_timeout = 0; set search_path = pg_catalog");
    const mark = await readUnfinishedRestore(client);
    await client.query("begin");
    await removeMark(client);
    await emptyTarget(client);
    for (const statement of mark?.reinstate ?? []) await client.query(statement);
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
      shortfall = await fill({
        ...restore,
        client: own,
        settings: beside.settings,
        serverMajor: checked.serverMajor,
      });
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
