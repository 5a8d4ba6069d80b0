import { UserError } from "../../../../../foundation/userError";
import { differsFromRecord, isAsRecorded } from "../history/baseline";
import type { AppliedFile, History, KnownFile } from "../history/history";
import type { BundleFile, Migration } from "../source/files";
import type { FileLinks } from "./fileLinks";
import { reaches } from "./reaches";
import type { PlannedFile } from "./request";

export interface MigrationPlan {
  /** Recorded without running. */
  readonly adopt: readonly Migration[];
  /** To run, in this order. */
  readonly pending: readonly Migration[];
}

/**
 * The source of a plan of migrations: the database's history or, in a preview without a database, that of the state.
 */
export type KnownHistory = Pick<History, "versions" | "foreignPaths" | "pushed"> & {
  readonly files: ReadonlyMap<string, KnownFile>;
};

export interface MigrationOptions {
  readonly baseline: string | undefined;
  readonly allowAhead: boolean;
}

/**
 * Returns which migrations run, and which are only recorded: those up to the baseline, and those that another tool
 * applied and recorded with the same statements. Throws a UserError if files and history contradict each other: an
 * edited or missing applied file, a new one that is older than the newest applied, a checkout older than the database.
 */
export function planMigrations(
  local: readonly Migration[],
  history: KnownHistory,
  options: MigrationOptions,
): MigrationPlan {
  const applied = [...history.files.values()].filter((file) => file.kind === "migration");
  refuseEdited(local, history.files);
  refuseMissing(local, applied, options);

  const open = local.filter((file) => !history.files.has(file.path));
  const adopt = open.filter(
    (file) =>
      (options.baseline !== undefined && file.version <= options.baseline) ||
      isAsRecorded(file, history.pushed.get(file.version)),
  );
  const pending = open.filter((file) => !adopt.includes(file));
  refuseForeign(local, applied, history, { adopt });
  refuseOutOfOrder(pending, applied, adopt);
  return { adopt, pending };
}

/** Returns whether no bundle and no other tool has deployed to the database, so it is not in use yet. */
export function isFirstDeployment(
  { versions }: Pick<History, "versions">,
  { adopt }: MigrationPlan,
): boolean {
  return versions.length === 0 && adopt.length === 0;
}

function refuseEdited(local: readonly Migration[], applied: ReadonlyMap<string, KnownFile>): void {
  for (const file of local) {
    const before = applied.get(file.path);
    if (before === undefined || before.sha256 === file.sha256) continue;
    throw new UserError(
      [
        `${file.display} was edited after it was applied. Applied migrations must not change.`,
        `  applied: sha256 ${before.sha256}`,
        `  now:     sha256 ${file.sha256}`,
        "  Restore the file, or put the change into a new migration.",
      ].join("\n"),
    );
  }
}

function refuseMissing(
  local: readonly Migration[],
  applied: readonly KnownFile[],
  options: MigrationOptions,
): void {
  const present = new Set(local.map((file) => file.path));
  const missing = applied.filter((file) => !present.has(file.path)).map((file) => file.path);
  if (missing.length === 0) return;
  const newestLocal = local.at(-1)?.path ?? "";
  const ahead = missing.every((path) => path > newestLocal);
  if (ahead && options.allowAhead) return;
  if (ahead) {
    throw new UserError(
      [
        "This checkout is older than the database, which already has:",
        ...missing.map((path) => `  ${path}`),
        "  Deploy a checkout that has them, or set sql.allowAhead to apply the repeatables of this one only.",
      ].join("\n"),
    );
  }
  throw new UserError(
    [
      "Applied migrations are missing from the bundle:",
      ...missing.map((path) => `  ${path}`),
      "  Restore them: new environments need them. (If they were renamed, rename them back.)",
    ].join("\n"),
  );
}

function refuseForeign(
  local: readonly Migration[],
  applied: readonly KnownFile[],
  history: KnownHistory,
  { adopt }: { readonly adopt: readonly Migration[] },
): void {
  const versionOf = (path: string) => /(\d+)_[^/]*$/.exec(path)?.[1];
  const ours = new Set([...applied.map((file) => file.path), ...history.foreignPaths].map(versionOf));
  const foreign = history.versions.filter((version) => !ours.has(version));
  const local14 = new Set(local.map((file) => file.version));
  const unknown = foreign.filter((version) => !local14.has(version));
  if (unknown.length > 0) {
    throw new UserError(
      [
        "Another tool has applied migrations that this bundle does not have:",
        ...unknown.map((version) => `  ${version}`),
        "  Add the files to migrations/ with the text that was applied, or remove the versions from supabase_migrations.schema_migrations.",
      ].join("\n"),
    );
  }
  const open = local.filter(
    (file) => foreign.includes(file.version) && !adopt.some(({ version }) => version === file.version),
  );
  for (const file of open) {
    const recorded = history.pushed.get(file.version) ?? [];
    if (recorded.length > 0) throw differsFromRecord(file, recorded);
  }
  if (open.length > 0) {
    const versions = open.map(({ version }) => version);
    throw new UserError(
      `Another tool has already applied ${versions.join(", ")} to this database, without a record of the statements: set sql.baseline to ${versions.at(-1)} to adopt the existing objects.`,
    );
  }
}

function refuseOutOfOrder(
  pending: readonly Migration[],
  applied: readonly KnownFile[],
  adopted: readonly Migration[],
): void {
  const newest =
    [...applied, ...adopted]
      .map((file) => file.path)
      .sort()
      .at(-1) ?? "";
  const late = pending.filter((file) => file.path < newest);
  if (late.length === 0) return;
  throw new UserError(
    [
      `New migrations are older than the newest applied one, ${newest}:`,
      ...late.map((file) => `  ${file.path}`),
      "  Give them a newer version (the current time), so that every database runs the same files in the same order.",
    ].join("\n"),
  );
}

export interface RepeatablePlan {
  /** In execution order. */
  readonly run: readonly (PlannedFile & { readonly file: BundleFile })[];
  /** Paths that are in the history but not in the bundle any more. */
  readonly removed: readonly string[];
}

/**
 * Why unchanged files run again: path → the identity that differs from what the file created, or that a migration
 * changed.
 */
export interface Causes {
  readonly drifted?: ReadonlyMap<string, string>;
  readonly affected?: ReadonlyMap<string, string>;
  /**
   * Files that may state a property that is reverted because another file does not state it any more: path → identity.
   */
  readonly restating?: ReadonlyMap<string, string>;
  /** Paths of files whose objects are dropped before they run again, with what other files state about them. */
  readonly recreating?: ReadonlySet<string>;
  /** Returns the dependencies of the files. Without it, only headers and the catalog of the last run count. */
  readonly links?: (files: readonly BundleFile[]) => FileLinks;
}

export function planRepeatables(
  local: readonly BundleFile[],
  history: ReadonlyMap<string, Pick<AppliedFile, "path" | "kind" | "sha256" | "dependsOn" | "due">>,
  { drifted = new Map(), affected = new Map(), restating = new Map(), recreating = new Set(), links }: Causes,
): RepeatablePlan {
  const localPaths = new Set(local.map((file) => file.path));
  const removed = [...history.values()]
    .filter((file) => file.kind === "repeatable" && !localPaths.has(file.path))
    .map((file) => file.path);
  const planned = new Map<string, PlannedFile>();
  for (const file of local) {
    const before = history.get(file.path);
    if (before === undefined) {
      const old = removed.find((path) => history.get(path)?.sha256 === file.sha256);
      planned.set(file.path, {
        path: file.path,
        ...(old === undefined ? { reason: "new" } : { reason: "renamed", because: old }),
      });
    } else if (before.sha256 !== file.sha256) {
      planned.set(file.path, { path: file.path, reason: "changed" });
    } else {
      const drift = drifted.get(file.path);
      const change = affected.get(file.path);
      if (change !== undefined || before.due === true)
        planned.set(file.path, {
          path: file.path,
          reason: "affected",
          because: change ?? "an earlier migration",
        });
      else if (drift !== undefined)
        planned.set(file.path, { path: file.path, reason: "drifted", because: drift });
    }
  }
  const linked = planned.size + restating.size > 0 ? links?.(local) : undefined;
  const dependsOn = dependenciesBetween(local, history, linked);
  addDependents(planned, dependsOn, recreating);
  // These only state again what already applies, so nothing that depends on them changes.
  for (const [path, because] of restating) {
    if (!planned.has(path)) planned.set(path, { path, reason: "affected", because });
  }
  const ordered = inOrder(local, dependsOn);
  if (linked !== undefined) addFollowers(planned, ordered, linked);
  const run = ordered.flatMap((file) => {
    const entry = planned.get(file.path);
    return entry === undefined ? [] : [{ ...entry, file }];
  });
  return { run, removed };
}

/**
 * Returns path → paths of the files that must run before it: by its header, by the catalog of its last run, by its
 * statements.
 */
export function dependenciesBetween(
  files: readonly BundleFile[],
  history: ReadonlyMap<string, Pick<AppliedFile, "dependsOn">>,
  links: FileLinks | undefined,
): Map<string, ReadonlySet<string>> {
  return new Map(
    files.map(({ path, dependsOn }) => [
      path,
      new Set([...dependsOn, ...(history.get(path)?.dependsOn ?? []), ...(links?.makers.get(path) ?? [])]),
    ]),
  );
}

/**
 * Adds files that state something and must run after one that may state the opposite, or that recreates their object.
 */
function addFollowers(
  planned: Map<string, PlannedFile>,
  ordered: readonly BundleFile[],
  links: FileLinks,
): void {
  const earlier: BundleFile[] = [];
  for (const file of ordered) {
    if (!planned.has(file.path)) {
      const because = earlier.find((other) => links.follows(file, other))?.path;
      if (because === undefined) continue;
      planned.set(file.path, { path: file.path, reason: "dependency", because });
    }
    earlier.push(file);
  }
}

/** Omits the former paths of renamed files, which are listed with the new ones. */
export function withoutRenamed(removed: readonly string[], run: readonly PlannedFile[]): string[] {
  const renamed = new Set(run.flatMap(({ reason, because }) => (reason === "renamed" ? [because] : [])));
  return removed.filter((path) => !renamed.has(path));
}

/** Adds files that depend, directly or indirectly, on one that has changed or whose objects are dropped first. */
function addDependents(
  planned: Map<string, PlannedFile>,
  dependsOn: ReadonlyMap<string, ReadonlySet<string>>,
  recreating: ReadonlySet<string>,
): void {
  const contagious = [...planned.values()]
    .filter(({ path, reason }) => reason === "changed" || reason === "affected" || recreating.has(path))
    .map((entry) => entry.path);
  for (let path = contagious.shift(); path !== undefined; path = contagious.shift()) {
    for (const [dependent, dependencies] of dependsOn) {
      if (planned.has(dependent) || !dependencies.has(path)) continue;
      planned.set(dependent, { path: dependent, reason: "dependency", because: path });
      contagious.push(dependent);
    }
  }
}

/** Returns dependencies first, otherwise by path. Throws a UserError if headers form a cycle. */
export function inOrder(
  files: readonly BundleFile[],
  dependsOn: ReadonlyMap<string, ReadonlySet<string>>,
): BundleFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const headers = new Map(files.map((file) => [file.path, new Set(file.dependsOn)]));
  const ordered: BundleFile[] = [];
  const state = new Map<string, "visiting" | "done">();
  const visit = (file: BundleFile, trail: readonly string[]): void => {
    if (state.get(file.path) === "done") return;
    if (state.get(file.path) === "visiting") {
      const circle = [...trail.slice(trail.indexOf(file.path)), file.path];
      const isByHeaders = circle.every(
        (path, at) => at === 0 || headers.get(circle[at - 1] ?? "")?.has(path),
      );
      if (!isByHeaders) return;
      throw new UserError(`Repeatables depend on each other in a cycle: ${circle.join(" → ")}.`);
    }
    state.set(file.path, "visiting");
    for (const path of [...(dependsOn.get(file.path) ?? [])].sort()) {
      // The record may be older than a header that says the opposite.
      if (headers.get(file.path)?.has(path) !== true && reaches(headers, path, file.path)) continue;
      const dependency = byPath.get(path);
      if (dependency !== undefined) visit(dependency, [...trail, file.path]);
    }
    state.set(file.path, "done");
    ordered.push(file);
  };
  for (const file of files) visit(file, []);
  return ordered;
}
