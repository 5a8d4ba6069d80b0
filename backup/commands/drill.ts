import { backupEvents, type DrillFinished, drillsPrefix } from "../../foundation/backupContract";
import { describeError, UserError } from "../../foundation/userError";
import { readManifest } from "../catalog";
import type { CommandContext } from "../context";
import { findHostedRights } from "../drill/hostedRights";
import { createProject, isOfProject, openNewObjects } from "../drill/project";
import { findServerPrograms, type ServerPrograms } from "../drill/serverPrograms";
import { startThrowawayServer, type ThrowawayServer } from "../drill/throwawayServer";
import { type DatabaseSettings, readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { connect } from "../postgres/connect";
import { findTools } from "../postgres/tools";
import type { BackupTexts } from "../restore/filling";
import { requireSpace } from "../restore/freeSpace";
import { joinNames } from "../restore/missingNames";
import { readTexts } from "../restore/openBackup";
import { type Restored, restoreBackup } from "../restore/restoreBackup";
import { createPlatformRoles } from "../restore/target";
import { runStart } from "../runName";
import { ownSource, selectRun } from "../selectRun";
import { sourceName } from "../sources";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";
import { explainDeletion } from "../verify/deletedMeanwhile";
import { toolVersion } from "../version";

export interface DrillOptions {
  /** Full name of a run. Default: the newest of the environment's database. */
  readonly run?: string;
}

/** The record of a drill, which proves when a restore last worked. */
export interface Receipt extends DrillFinished {
  readonly event: DrillFinished["event"];
  readonly run: string;
  /** Name of the database of the backup. Missing if the manifest is damaged. */
  readonly source?: string;
  readonly startedAt: string;
  /** From the first byte read to the last row counted: the duration of a restore. */
  readonly restoreSeconds: number;
  /** Age of the backup at the drill: the data that a loss would have cost. */
  readonly backupAgeSeconds: number;
  readonly tables?: number;
  readonly rows?: number;
  readonly reason?: string;
  /** What this drill does not cover. */
  readonly notCovered: readonly string[];
  readonly versions: { readonly tool: string; readonly pgRestore: string; readonly server: number };
}

/** Failures that concern the backup. Any other means that the drill could not run. */
const failures: ReadonlySet<number> = new Set([exitCodes.damaged, exitCodes.restoreFailed]);
/** Messages of a server without space, which is a problem of the drill, not of the backup. */
const lacksRoom = /No space left on device|could not (?:extend|write)|out of (?:shared )?memory|ENOSPC/;
/** What no drill covers. */
const neverCovered = ["files of Storage and secrets of Vault: no backup contains them"];

/**
 * Implements `backup drill`: restores a backup into a temporary server of the source's version, compares it with the
 * manifest, and stores a dated receipt in the bucket. It never connects to the source database. If the library is
 * installed, the backup of a project is restored by a `postgres` with the privileges of a project.
 * @throws UserError with exit code 11 if the drill could not run, which says nothing about the backup
 */
export async function drill(options: DrillOptions, context: CommandContext): Promise<Receipt> {
  const settings = readEnvironment(["store", "parallel", "own"], context.environment);
  const tools = await findTools();
  const store = new ObjectStore(createClient(settings.store), settings.store.bucket);
  const run = await selectRun(store, { run: options.run, of: [ownSource(settings)] }, context.signal);
  const opened = await readManifest(store, run, context.signal);
  const sourceMajor = opened.verdict === "intact" ? opened.manifest.source.serverMajor : tools.pgDumpMajor;
  const isProject = opened.verdict === "intact" && isOfProject(opened.manifest);
  const { server, programs, hostedRights } = await startServer(sourceMajor, isProject, context);
  const ofPlatform: string[] = [];
  const startedAt = new Date();
  const notCovered = [
    ...neverCovered,
    ...(programs.major === sourceMajor
      ? []
      : [`PostgreSQL ${sourceMajor}: the server here has version ${programs.major}`]),
    ...(programs.hasCron ? [] : ["jobs: pg_cron is not installed here"]),
    ...(isProject && hostedRights === undefined
      ? [
          `the privileges of \`postgres\` in a project: hosted_rights for PostgreSQL ${programs.major} is not installed here, so a superuser ran the restore`,
        ]
      : []),
  ];
  const conclude = async (
    outcome: Pick<Receipt, "event" | "tables" | "rows" | "reason"> & { readonly left?: readonly string[] },
  ): Promise<Receipt> => {
    const { left = [], ...result } = outcome;
    const receipt: Receipt = {
      ...result,
      run,
      ...(opened.verdict === "intact" && { source: sourceName(opened.manifest.source) }),
      startedAt: startedAt.toISOString(),
      restoreSeconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
      backupAgeSeconds: Math.round((startedAt.getTime() - (runStart(run)?.getTime() ?? 0)) / 1000),
      notCovered: [...notCovered, ...ofPlatform, ...left],
      versions: { tool: toolVersion, pgRestore: tools.pgDumpVersion, server: programs.major },
    };
    const key = `${drillsPrefix}${startedAt.toISOString().replace(/[-:.]/g, "")}-of-${run}.json`;
    const stored = store.putText(key, `${JSON.stringify(receipt, null, 2)}\n`, "application/json");
    // A failed drill is reported even if its receipt cannot be stored: the storage error must not hide the reason.
    if (receipt.event === backupEvents.drillPassed) await stored;
    else await stored.catch((error: unknown) => context.progress(describeError(error)));
    // One line for a metric filter of the log.
    context.print(JSON.stringify(receipt));
    return receipt;
  };
  let restored: Restored;
  try {
    let target = server.settings;
    if (opened.verdict === "intact" && hostedRights !== undefined) {
      const { manifest } = opened;
      target = { ...server.settings, user: "postgres" };
      const texts = await readTexts(manifest, { store, tools, signal: context.signal });
      ofPlatform.push(...(await resembleProject(server.settings, { ...texts, manifest }, context)));
    } else await openToApiRoles(server.settings);
    const { parallel } = settings;
    restored = await restoreBackup({ store, tools, run, target, parallel, isThrowaway: true }, context);
  } catch (error) {
    context.signal.throwIfAborted();
    const explained = await explainDeletion(error, run, { store, signal: context.signal });
    if (!(explained instanceof UserError)) throw explained;
    const isOwnTrouble = !server.isRunning() || lacksRoom.test(explained.message);
    if (explained.exitCode === exitCodes.drillNotRun) throw explained;
    if (!failures.has(explained.exitCode) || isOwnTrouble) throw notRun(explained);
    await conclude({ event: backupEvents.drillFailed, reason: explained.message });
    throw explained;
  } finally {
    await server.remove();
  }
  const { manifest, missing, notRestored } = restored;
  const left = [...manifest.notCovered.map(({ what }) => what), ...notRestored];
  if (missing.length > 0) {
    const names = joinNames(missing.map(({ what, reason }) => `${what} (${reason})`));
    const absent = notRestored.filter((what) => what.startsWith("extension "));
    if (absent.length > 0) throw notRun(new Error(`${absent.join(", ")}; ${names} cannot exist without it`));
    const failure = new UserError(`Everything was restored except ${names}.`, exitCodes.restoreFailed);
    await conclude({ event: backupEvents.drillFailed, reason: failure.message, left });
    throw failure;
  }
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return await conclude({ event: backupEvents.drillPassed, tables: manifest.tables.length, rows, left });
}

async function startServer(
  major: number,
  isProject: boolean,
  { environment, signal, progress }: CommandContext,
): Promise<{
  readonly server: ThrowawayServer;
  readonly programs: ServerPrograms;
  readonly hostedRights: string | undefined;
}> {
  try {
    const programs = await findServerPrograms(major);
    const hostedRights = isProject ? findHostedRights(environment, programs.major) : undefined;
    const superuser = hostedRights === undefined ? "postgres" : "supabase_admin";
    progress(`starting a temporary PostgreSQL ${programs.major} server`);
    const server = await startThrowawayServer({ programs, superuser, hostedRights, signal });
    return { server, programs, hostedRights };
  } catch (error) {
    signal.throwIfAborted();
    throw notRun(error);
  }
}

/**
 * Turns the server into a project whose `postgres` has the superuser's password. Returns the platform objects that it
 * lacks.
 */
async function resembleProject(
  settings: DatabaseSettings,
  { schema, access, manifest }: Pick<BackupTexts, "schema" | "access"> & { readonly manifest: Manifest },
  { progress }: CommandContext,
): Promise<string[]> {
  const admin = await connect(settings, exitCodes.drillNotRun);
  try {
    // `postgres` may not read the path of the server's files.
    await requireSpace(admin, { manifest, settings, isEmptied: false, progress });
    return await createProject(admin, {
      schema,
      access,
      major: manifest.source.serverMajor,
      password: settings.password,
    });
  } catch (error) {
    throw notRun(error);
  } finally {
    await admin.end();
  }
}

/** Grants new objects of a plain server to the API roles as well, so the restore has to revoke these grants. */
async function openToApiRoles(settings: DatabaseSettings): Promise<void> {
  const client = await connect(settings, exitCodes.drillNotRun);
  try {
    await createPlatformRoles(client, ["anon", "authenticated", "service_role"]);
    await openNewObjects(client, "public", [settings.user]);
  } finally {
    await client.end();
  }
}

/**
 * Returns the error of a drill that could not run. It says nothing against the backup; an alarm reports that no drill
 * has passed for long.
 */
function notRun(error: unknown): UserError {
  const reason = error instanceof Error ? error.message : describeError(error);
  return new UserError(`The drill did not run: ${reason}`, exitCodes.drillNotRun, { cause: error });
}
