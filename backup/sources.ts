import { type ReadManifest, readManifest, type StoredRun } from "./catalog";
import { forEachLimited } from "./concurrency";
import type { SourceName } from "./manifest";
import type { ObjectStore } from "./store/objectStore";

/** Manifests that are read in parallel. */
const readsAtOnce = 8;

/**
 * Returns the name of a database in messages, which also identifies it: `postgres of project abc` or `shop of server
 * 7291`. A project keeps its name when an upgrade changes the server's identifier.
 */
export function sourceName({ systemIdentifier, database, projectRef }: SourceName): string {
  return projectRef === null
    ? `${database} of server ${systemIdentifier}`
    : `${database} of project ${projectRef}`;
}

/**
 * Returns the name of each backup's database. A backup without a project reference belongs to the project whose backups
 * have the same server and database, if there is exactly one: the environment of its run did not name the project.
 */
export function nameSources(sources: ReadonlyMap<string, SourceName>): Map<string, string> {
  const projectsOf = new Map<string, Set<string>>();
  for (const source of sources.values()) {
    if (source.projectRef === null) continue;
    const server = sourceName({ ...source, projectRef: null });
    projectsOf.set(server, (projectsOf.get(server) ?? new Set()).add(sourceName(source)));
  }
  return new Map(
    [...sources].map(([run, source]) => {
      const own = sourceName(source);
      const [project = own, ...others] = projectsOf.get(own) ?? [];
      return [run, others.length === 0 ? project : own];
    }),
  );
}

function sourceOf(opened: ReadManifest): SourceName | undefined {
  return opened.verdict === "intact" ? opened.manifest.source : opened.source;
}

/** Returns the names for manifests that were read. */
export function sourcesOf(manifests: ReadonlyMap<string, ReadManifest>): Map<string, string> {
  const sources = new Map<string, SourceName>();
  for (const [run, opened] of manifests) {
    const source = sourceOf(opened);
    if (source !== undefined) sources.set(run, source);
  }
  return nameSources(sources);
}

/** Returns the name of the database of each run. Runs without a readable manifest are absent: they may be of any database. */
export async function readSourceNames(
  store: ObjectStore,
  runs: readonly Pick<StoredRun, "name">[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, SourceName>();
  await forEachLimited(runs, readsAtOnce, async ({ name }) => {
    // Not the whole manifest, which may be large.
    const source = sourceOf(await readManifest(store, name, signal));
    if (source !== undefined) sources.set(name, source);
  });
  return nameSources(sources);
}

/** Returns the runs of each database. Those that may be of any database are in every group. */
export function groupBySource<Run extends Pick<StoredRun, "name">>(
  runs: readonly Run[],
  names: ReadonlyMap<string, string>,
): ReadonlyMap<string | undefined, Run[]> {
  const found = new Set(runs.flatMap(({ name }) => names.get(name) ?? []));
  return new Map(
    (found.size === 0 ? [undefined] : [...found]).map((source) => [
      source,
      runs.filter(({ name }) => (names.get(name) ?? source) === source),
    ]),
  );
}
