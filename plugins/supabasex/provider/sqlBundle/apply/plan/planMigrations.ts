import { UserError } from "../../../../../../foundation/userError";
import { differsFromRecord, isAsRecorded } from "../../history/baseline";
import type { History, KnownFile } from "../../history/history";
import type { Migration } from "../../source/files";

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
