import { UserError } from "../foundation/userError";
import { listRuns } from "./catalog";
import { exitCodes } from "./exitCodes";
import { runStart } from "./runName";
import type { ObjectStore } from "./store/objectStore";

/** Clocks may differ by so much; what is dated later still was made by one that is wrong. */
const clockLeewayMilliseconds = 5 * 60 * 1000;

/**
 * The run that was asked for by its full name, or the newest that has a manifest. A beginning of a name is not enough:
 * what is restored is to be what was meant. One that is dated in the future is the newest for nobody: a wrong clock made it, and
 * it would stay the newest until that day comes.
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
  const latest = new Date(Date.now() + clockLeewayMilliseconds);
  const selected =
    wanted === undefined
      ? complete.findLast(({ start }) => start <= latest)
      : complete.find(({ name }) => name === wanted);
  if (selected !== undefined) return selected.name;
  throw new UserError(
    wanted === undefined
      ? complete.length > 0
        ? `All backups in the bucket are dated in the future; name one: ${complete.map(({ name }) => name).join(", ")}.`
        : "There is no backup in the bucket: `backup run` makes one."
      : `There is no complete backup ${wanted} in the bucket: \`backup list --all\` shows what there is.`,
    exitCodes.notFound,
  );
}
