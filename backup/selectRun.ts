import { UserError } from "../foundation/userError";
import { listRuns } from "./catalog";
import { exitCodes } from "./exitCodes";
import { runStart } from "./runName";
import type { ObjectStore } from "./store/objectStore";

/**
 * The run that was asked for by its full name, or the newest that has a manifest. A beginning of a name is not enough:
 * what is restored is to be what was meant.
 */
export async function selectRun(
  store: ObjectStore,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (wanted !== undefined && runStart(wanted) === undefined) {
    throw new UserError(
      `"${wanted}" is not the name of a backup: \`backup list\` shows them.`,
      exitCodes.notFound,
    );
  }
  const complete = (await listRuns(store, signal)).filter(({ isComplete }) => isComplete);
  const selected = wanted === undefined ? complete.at(-1) : complete.find(({ name }) => name === wanted);
  if (selected !== undefined) return selected.name;
  throw new UserError(
    wanted === undefined
      ? "There is no backup in the bucket."
      : `There is no complete backup ${wanted} in the bucket: \`backup list --all\` shows what there is.`,
    exitCodes.notFound,
  );
}
