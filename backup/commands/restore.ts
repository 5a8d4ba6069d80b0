import type { CommandContext } from "../context";
import { readEnvironment } from "../environment";
import type { Manifest } from "../manifest";
import { findTools } from "../postgres/tools";
import { restoreBackup } from "../restore/restoreBackup";
import { selectRun } from "../selectRun";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";

export interface RestoreOptions {
  /** Full name of a run. Default: the newest that has a manifest. */
  readonly run?: string;
  /** Name of the target's database, to allow that it is the one that the backup was taken of. */
  readonly intoSource?: string;
  /** Name of the target's database, to have everything of an application removed from it first. */
  readonly replace?: string;
}

/** `backup restore`: restores a backup into the empty database that RESTORE_DATABASE_URL names. */
export async function restore(options: RestoreOptions, context: CommandContext): Promise<Manifest> {
  const settings = readEnvironment(["store", "target", "parallel"], context.environment);
  const tools = await findTools();
  const store = new ObjectStore(createClient(settings.store), settings.store.bucket);
  const run = await selectRun(store, options.run, context.signal);
  const { target, parallel } = settings;
  const { intoSource, replace } = options;
  return await restoreBackup({ store, tools, run, target, parallel, intoSource, replace }, context);
}
