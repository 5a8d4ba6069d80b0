import { forEachLimited } from "../foundation/concurrency";
import { UserError } from "../foundation/userError";
import { type ReadManifest, readManifest, type StoredRun, unlistedObjects } from "./catalog";
import { exitCodes } from "./exitCodes";
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

/** Returns whether a name names a project. Then it does not depend on other backups. */
export function namesProject(source: string): boolean {
  return / of project \S+$/.test(source);
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

/** Instead of a name: the manifest is damaged, or has the first format, which did not name the project. */
export const anyDatabase = "any database";

/** Returns whether a backup, whose database has this name, is or may be one of the wanted database. */
export function mayBeOf(source: string | undefined, wanted: string): boolean {
  return source === wanted || source === anyDatabase;
}

/** What a manifest says about its database. The rest, which may be large, is not kept. */
interface SourceManifest {
  readonly verdict: ReadManifest["verdict"];
  readonly source: SourceName | undefined;
  /** Whether the bucket lists every object of an intact manifest. */
  readonly isListed: boolean;
}

/**
 * The databases of these runs. Each manifest is read at most once, when it is needed. All of them are only needed if one
 * names no project.
 */
export class RunSources {
  readonly #store: ObjectStore;
  readonly #runs: ReadonlyMap<string, StoredRun>;
  readonly #signal: AbortSignal | undefined;
  readonly #manifests = new Map<string, SourceManifest>();

  constructor(store: ObjectStore, runs: readonly StoredRun[], signal?: AbortSignal) {
    this.#store = store;
    this.#runs = new Map(runs.map((run) => [run.name, run]));
    this.#signal = signal;
  }

  /**
   * Returns the name of a run's database; `anyDatabase` if it may be of any, undefined if only a newer program can tell,
   * or if there is no such run.
   *
   * @throws UserError with exit code 4 if a manifest cannot be read
   */
  async of(run: string): Promise<string | undefined> {
    if (!this.#runs.has(run)) return undefined;
    const { verdict, source } = await this.#read(run);
    if (source === undefined) return verdict === "manifest too new" ? undefined : anyDatabase;
    return source.projectRef === null ? (await this.all()).get(run) : sourceName(source);
  }

  /** Returns whether the manifest of a run is damaged or missing, or names an object that the bucket does not list. */
  async isDamaged(run: string): Promise<boolean> {
    const { verdict, isListed } = await this.#read(run);
    return !isListed || !["intact", "manifest too new", "manifest too old"].includes(verdict);
  }

  /** Returns the names for all runs, as `of` does. Those of which it returns undefined are absent. */
  async all(): Promise<ReadonlyMap<string, string>> {
    const sources = new Map<string, SourceName>();
    const ofAny = new Map<string, string>();
    await forEachLimited([...this.#runs.keys()], readsAtOnce, async (run) => {
      const { verdict, source } = await this.#read(run);
      if (source !== undefined) sources.set(run, source);
      else if (verdict !== "manifest too new") ofAny.set(run, anyDatabase);
    });
    return new Map([...nameSources(sources), ...ofAny]);
  }

  async #read(run: string): Promise<SourceManifest> {
    const known = this.#manifests.get(run);
    if (known !== undefined) return known;
    const opened = await readManifest(this.#store, run, this.#signal);
    if (opened.verdict === "could not check") throw new UserError(opened.detail, exitCodes.storeFailed);
    const stored = this.#runs.get(run);
    const isListed =
      opened.verdict !== "intact" ||
      (stored !== undefined && unlistedObjects(stored, opened.manifest).length === 0);
    const read = { verdict: opened.verdict, source: sourceOf(opened), isListed };
    this.#manifests.set(run, read);
    return read;
  }
}

/** Returns the runs of each database. Those without a name, or of any database, are in every group. */
export function groupBySource<Run extends Pick<StoredRun, "name">>(
  runs: readonly Run[],
  names: ReadonlyMap<string, string>,
): ReadonlyMap<string | undefined, Run[]> {
  const nameOf = ({ name }: Run): string | undefined => {
    const source = names.get(name);
    return source === anyDatabase ? undefined : source;
  };
  const found = new Set(runs.flatMap((run) => nameOf(run) ?? []));
  return new Map(
    (found.size === 0 ? [undefined] : [...found]).map((source) => [
      source,
      runs.filter((run) => (nameOf(run) ?? source) === source),
    ]),
  );
}
