import { manifestName } from "../../foundation/backupContract";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { objectKey } from "../runName";
import type { ObjectStore } from "../store/objectStore";

/**
 * Returns whether a backup whose manifest was listed has been deleted since, as `prune` does. If the manifest cannot be
 * read, this is not known, and what was found before counts.
 */
export async function isDeleted(run: string, store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  try {
    return (await store.readText(objectKey(run, manifestName), signal)) === undefined;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

interface Explaining {
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
  /** The state of the target of a restore that has changed it, as the beginning of a sentence. */
  readonly state?: string | undefined;
}

/**
 * Returns the error of a command that read a backup. If the backup was deleted meanwhile, this is the cause, and not
 * damage.
 */
export async function explainDeletion(
  error: unknown,
  run: string,
  { store, signal, state }: Explaining,
): Promise<unknown> {
  if (!(error instanceof UserError) || error.exitCode !== exitCodes.damaged) return error;
  if (!(await isDeleted(run, store, signal))) return error;
  const deletion = deletionOf(run, { cause: error });
  if (state === undefined) return deletion;
  return new UserError(`${state}: ${deletion.message}`, exitCodes.restoreFailed, { cause: error });
}

/** Returns the error of a command whose backup was deleted while it was read. */
export function deletionOf(run: string, options?: ErrorOptions): UserError {
  return new UserError(
    `Backup ${run} was deleted while it was read; name another one: \`backup list\` shows them.`,
    exitCodes.notFound,
    options,
  );
}
