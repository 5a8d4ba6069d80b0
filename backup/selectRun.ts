import { UserError } from "../foundation/userError";
import { listRuns } from "./catalog";
import { exitCodes } from "./exitCodes";
import { runStart } from "./runName";
import type { ObjectStore } from "./store/objectStore";

/** The accepted difference between clocks. A later date comes from a wrong clock. */
const clockLeewayMilliseconds = 5 * 60 * 1000;

/**
 * Returns the run with the given full name, or the newest with a manifest. A prefix is not enough, so that the intended
 * run is restored. A run with a date in the future is never the newest: it comes from a wrong clock, and would be the
 * newest until that day.
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
        : "There is no backup in the bucket: `backup run` creates one."
      : `There is no complete backup ${wanted} in the bucket: \`backup list --all\` lists all runs.`,
    exitCodes.notFound,
  );
}
