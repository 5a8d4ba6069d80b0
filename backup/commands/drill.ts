import { describeError, UserError } from "../../foundation/userError";
import type { CommandContext } from "../context";
import { startThrowawayServer, type ThrowawayServer } from "../drill/throwawayServer";
import { readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { findTools, type Tools } from "../postgres/tools";
import { restoreBackup } from "../restore/restoreBackup";
import { runStart } from "../runName";
import { selectRun } from "../selectRun";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";
import { toolVersion } from "../version";

export interface DrillOptions {
  /** Full name of a run. Default: the newest that has a manifest. */
  readonly run?: string;
}

/** What is kept of a drill, for whoever asks when a restore was last seen to work. */
export interface Receipt {
  readonly event: "drill passed" | "drill failed";
  readonly run: string;
  readonly startedAt: string;
  /** From the first byte read to the last row counted: how long a restore takes. */
  readonly restoreSeconds: number;
  /** Age of the backup at the drill: how much would have been lost. */
  readonly backupAgeSeconds: number;
  readonly tables?: number;
  readonly rows?: number;
  readonly reason?: string;
  readonly versions: { readonly tool: string; readonly pgRestore: string };
}

export const drillsPrefix = "drills/";

/** Failures that say something about the backup; any other means that the drill was not held. */
const failures: ReadonlySet<number> = new Set([exitCodes.damaged, exitCodes.restoreFailed]);

/**
 * `backup drill`: restores a backup into a server that is thrown away, compares it with the manifest, and leaves a dated
 * receipt in the bucket. It never talks to the database that the backup is of.
 */
export async function drill(options: DrillOptions, context: CommandContext): Promise<Receipt> {
  const settings = readEnvironment(["store", "parallel"], context.environment);
  const tools = await findTools();
  const store = new ObjectStore(createClient(settings.store), settings.store.bucket);
  const run = await selectRun(store, options.run, context.signal);
  const server = await startServer(tools, context);
  const startedAt = new Date();
  const conclude = async (
    outcome: Pick<Receipt, "event" | "tables" | "rows" | "reason">,
  ): Promise<Receipt> => {
    const receipt: Receipt = {
      ...outcome,
      run,
      startedAt: startedAt.toISOString(),
      restoreSeconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
      backupAgeSeconds: Math.round((startedAt.getTime() - (runStart(run)?.getTime() ?? 0)) / 1000),
      versions: { tool: toolVersion, pgRestore: tools.pgDumpVersion },
    };
    const key = `${drillsPrefix}${startedAt.toISOString().replace(/[-:.]/g, "")}-of-${run}.json`;
    await store.putText(key, `${JSON.stringify(receipt, null, 2)}\n`, "application/json");
    // One line that a metric filter of the log can read.
    context.print(JSON.stringify(receipt));
    return receipt;
  };
  let manifest: Manifest;
  try {
    const { parallel } = settings;
    ({ manifest } = await restoreBackup(
      { store, tools, run, target: server.settings, parallel, isThrowaway: true },
      context,
    ));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!failures.has(error.exitCode)) throw notRun(error);
    await conclude({ event: "drill failed", reason: error.message });
    throw error;
  } finally {
    await server.remove();
  }
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return await conclude({ event: "drill passed", tables: manifest.tables.length, rows });
}

async function startServer(tools: Tools, { signal, progress }: CommandContext): Promise<ThrowawayServer> {
  progress("starting a server to throw away");
  try {
    return await startThrowawayServer(tools, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw notRun(error);
  }
}

/** A drill that was not held is no word against the backup; that it is long ago is what an alarm tells. */
function notRun(error: unknown): UserError {
  const reason = error instanceof Error ? error.message : describeError(error);
  return new UserError(`The drill was not run: ${reason}`, exitCodes.drillNotRun, { cause: error });
}
