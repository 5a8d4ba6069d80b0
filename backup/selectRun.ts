import { manifestName } from "../foundation/backupContract";
import { UserError } from "../foundation/userError";
import { listRuns, type StoredRun } from "./catalog";
import type { Settings } from "./environment";
import { exitCodes } from "./exitCodes";
import { runStart } from "./runName";
import { anyDatabase, groupBySource, RunSources, sourceName } from "./sources";
import type { ObjectStore } from "./store/objectStore";
import { hidingMarkers, readVersions } from "./versions";

/** The accepted difference between clocks. A later date comes from a wrong clock. */
const clockLeewayMilliseconds = 5 * 60 * 1000;

export interface Selection {
  /** Full name of a run. Default: the newest of one database. */
  readonly run?: string | undefined;
  /** Names of databases. The newest backup of the first one that has backups is the default. */
  readonly of: readonly (string | undefined)[];
}

/**
 * Returns the run with the given full name, or the newest with a manifest. A prefix is not enough, so that the intended
 * run is restored. A run with a date in the future is never the newest: it comes from a wrong clock, and would be the
 * newest until that day. If the bucket has backups of several databases, none of them the command's own, one must be
 * named.
 *
 * @throws UserError with exit code 4 if a manifest that decides cannot be read
 */
export async function selectRun(
  store: ObjectStore,
  { run: wanted, of }: Selection,
  signal: AbortSignal,
): Promise<string> {
  if (wanted !== undefined && runStart(wanted) === undefined) {
    throw new UserError(
      `"${wanted}" is not the name of a backup: \`backup list\` shows them.`,
      exitCodes.notFound,
    );
  }
  const complete = (await listRuns(store, signal)).filter(({ isComplete }) => isComplete);
  if (wanted !== undefined) {
    if (complete.some(({ name }) => name === wanted)) return wanted;
    const hidden = await describeHidden(store, wanted, signal);
    if (hidden !== undefined) throw new UserError(hidden, exitCodes.notFound);
    throw new UserError(
      `There is no complete backup ${wanted} in the bucket: \`backup list --all\` lists all runs.`,
      exitCodes.notFound,
    );
  }
  const latest = new Date(Date.now() + clockLeewayMilliseconds);
  const past = complete.filter(({ start }) => start <= latest);
  if (past.length === 0) {
    throw new UserError(
      complete.length > 0
        ? `All backups in the bucket are dated in the future; name one: ${complete.map(({ name }) => name).join(", ")}.`
        : "There is no backup in the bucket: `backup run` creates one.",
      exitCodes.notFound,
    );
  }
  const sources = new RunSources(store, past, signal);
  const databases = of.filter((source) => source !== undefined);
  for (const source of databases) {
    const own = await newestOf(source, past, sources);
    if (own !== undefined) return own;
  }
  const names = await sources.all();
  const known = databases.length === 0 ? past : past.filter(({ name }) => names.has(name));
  const newest = [...groupBySource(known.length === 0 ? past : known, names)].map(([source, runs]) => ({
    source,
    run: runs.at(-1)?.name ?? "",
  }));
  const [selected] = newest;
  if (newest.length === 1 && selected !== undefined) return selected.run;
  const named = newest.map(({ source, run }) => `${run} (${source})`).join(", ");
  const choice = `bucket has backups of ${newest.length} databases; name one: the newest are ${named}.`;
  if (databases.length === 0) throw new UserError(`The ${choice}`, exitCodes.usage);
  throw new UserError(
    `There is no backup of ${[...new Set(databases)].join(" or ")}; the ${choice}`,
    exitCodes.notFound,
  );
}

/**
 * Returns how to get a backup back whose manifest is hidden; undefined if it is not, if none of its versions exists any
 * more, or if versions cannot be listed.
 */
async function describeHidden(
  store: ObjectStore,
  run: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Some stores have no versions, and the manifest is absent either way.
  const byName = await readVersions(store, run, signal).catch(() => {
    signal.throwIfAborted();
    return undefined;
  });
  if (byName === undefined) return undefined;
  const markers = hidingMarkers(byName.get(manifestName)).map(({ version }) => version);
  if (markers.length === 0) return undefined;
  const others = [...byName].filter(
    ([name, versions]) => name !== manifestName && hidingMarkers(versions).length > 0,
  );
  const hiding =
    markers.length === 1 ? `delete marker ${markers[0]}` : `delete markers ${markers.join(", ")}`;
  const advice =
    others.length === 0
      ? `delete ${markers.length === 1 ? "this marker" : "these markers"} to get the backup back`
      : `\`prune\` or a user deleted the backup. To get it back, also delete the markers of its other objects (${others.length})`;
  return `The manifest of backup ${run} is hidden by the ${hiding}: ${advice}.`;
}

/**
 * Returns the newest run of a database; undefined if it has none. A newer run that may be of any database comes first, so
 * that damage is noticed.
 */
async function newestOf(
  source: string,
  past: readonly StoredRun[],
  sources: RunSources,
): Promise<string | undefined> {
  let ofAny: string | undefined;
  for (const { name } of [...past].reverse()) {
    const found = await sources.of(name);
    if (found === source) return ofAny ?? name;
    if (found === anyDatabase) ofAny ??= name;
  }
  return undefined;
}

/** Returns the name of the database that the environment names; undefined if it names no project. */
export function ownSource({ own: { projectRef, database } }: Settings<"own">): string | undefined {
  return projectRef === null ? undefined : sourceName({ projectRef, database, systemIdentifier: "" });
}
