import type { AppliedFile } from "../../history/history";
import type { BundleFile } from "../../source/files";
import type { PlannedFile } from "../request";
import type { FileLinks } from "./fileLinks";
import { inOrder } from "./fileOrder";

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

/** Returns which repeatables run and why, and which are gone. Throws a UserError if headers form a cycle. */
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
