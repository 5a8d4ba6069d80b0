import { manifestName } from "../../foundation/backupContract";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { objectKey } from "../runName";
import type { ObjectStore } from "../store/objectStore";

/** Returns whether a backup whose manifest was listed has been deleted since, as `prune` does. */
export async function isDeleted(run: string, store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  return (await store.readText(objectKey(run, manifestName), signal)) === undefined;
}

/**
 * Returns the error of a command that read a backup. If the backup was deleted meanwhile, this is the cause, and not
 * damage.
 */
export async function explainDeletion(
  error: unknown,
  run: string,
  { store, signal }: { readonly store: ObjectStore; readonly signal: AbortSignal },
): Promise<unknown> {
  if (!(error instanceof UserError) || error.exitCode !== exitCodes.damaged) return error;
  if (!(await isDeleted(run, store, signal).catch(() => false))) return error;
  return new UserError(
    `Backup ${run} was deleted while it was read; name another one: \`backup list\` shows them.`,
    exitCodes.notFound,
    { cause: error },
  );
}
