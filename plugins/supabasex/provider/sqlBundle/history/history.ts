import type { ClientBase } from "pg";
import type { FileKind } from "../../../bundleFiles";
import { canonicalIdentity } from "../catalog/names";
import type { DeclaredObject } from "../source/declaredObjects";
import type { BundleFile, Migration } from "../source/files";
import { statingStatements } from "../source/statedFacts";
import { statementsOf, textOf } from "../source/statements";
import { layoutOf } from "./tables";

/**
 * What a database records about its bundles. Versions are in `supabase_migrations.schema_migrations`, as the Supabase
 * CLI writes and reads them. Tables of our own contain the hash of each file, the objects that each repeatable created,
 * and what the bundle as a whole has created. They are written in the transaction that made the changes, so the record
 * of a killed run is exact.
 */

export interface OwnedObject extends DeclaredObject {
  /** The name in the catalog; absent if the catalog does not list it. */
  readonly identity?: string;
  /** The default privileges of the bundle's files that applied when it was created; absent if none did. */
  readonly born?: string;
}

export interface AppliedFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly sha256: string;
  readonly objects: readonly OwnedObject[];
  /** Paths of the repeatables on whose objects this one's objects depend. */
  readonly dependsOn: readonly string[];
  /** The statements of a repeatable whose effect stays if the file runs again without them. */
  readonly states: readonly string[];
  /** True if a committed migration changed what the repeatable depends on and it has not run since. */
  readonly due?: boolean;
}

/** A file of the history, as a plan needs it: from the database or, in a preview, from the state. */
export type KnownFile = Pick<AppliedFile, "path" | "kind" | "sha256">;

export interface History {
  readonly files: ReadonlyMap<string, AppliedFile>;
  /** Versions in schema_migrations, ascending, of any bundle or tool. */
  readonly versions: readonly string[];
  /** Paths of other bundles' migrations in this database. */
  readonly foreignPaths: readonly string[];
  /** Version → the statements that another tool recorded for it; `null` if it recorded none. */
  readonly pushed: ReadonlyMap<string, readonly string[] | null>;
}

export const emptyHistory: History = {
  files: new Map(),
  versions: [],
  foreignPaths: [],
  pushed: new Map(),
};

interface HistoryRow {
  readonly files: (Omit<AppliedFile, "dependsOn"> & { depends_on: string[] })[] | null;
  readonly versions: string[] | null;
  readonly foreign: string[] | null;
  readonly pushed: Readonly<Record<string, string[] | null>> | null;
}

/** Returns the history of one bundle; empty if the database has none. Needs two statements. */
export async function readHistory(client: ClientBase, bundle: string): Promise<History> {
  const layout = await layoutOf(client);
  if (layout === "none") return emptyHistory;
  const states = layout === "current" ? "f.states" : "'[]'::jsonb";
  const { rows } = await client.query<HistoryRow>(
    `select
       (select json_agg(json_build_object('path', f.path, 'kind', f.kind, 'sha256', f.sha256,
          'objects', f.objects, 'states', ${states}, 'depends_on', f.depends_on) order by f.path)
        from supabase_migrations.bundle_files f where f.bundle = $1) as files,
       (select json_agg(version order by version) from supabase_migrations.schema_migrations) as versions,
       (select json_agg(f.path) from supabase_migrations.bundle_files f
        where f.bundle <> $1 and f.kind = 'migration') as foreign,
       (select json_object_agg(m.version, m.statements) from supabase_migrations.schema_migrations m
        where m.version not in (select coalesce(substring(f.path from '(\\d+)_[^/]*$'), '')
          from supabase_migrations.bundle_files f where f.kind = 'migration')) as pushed`,
    [bundle],
  );
  const row = rows[0];
  const files = (row?.files ?? []).map(({ depends_on, ...file }): [string, AppliedFile] => [
    file.path,
    {
      ...file,
      objects: file.objects.map(withCanonicalIdentity),
      dependsOn: depends_on,
      sha256: file.sha256.replace(duePrefix, ""),
      ...(file.sha256.startsWith(duePrefix) && { due: true }),
    },
  ]);
  return {
    files: new Map(files),
    versions: row?.versions ?? [],
    foreignPaths: row?.foreign ?? [],
    pushed: new Map(Object.entries(row?.pushed ?? {})),
  };
}

function withCanonicalIdentity(object: OwnedObject): OwnedObject {
  return object.identity === undefined ? object : { ...object, identity: canonicalIdentity(object.identity) };
}

/** Returns the statements that the Supabase CLI or this provider recorded for these versions, if any. */
export async function recordedStatements(
  client: ClientBase,
  versions: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const { rows } = await client.query<{ version: string; statements: string[] }>(
    `select version, statements from supabase_migrations.schema_migrations
     where version = any ($1) and statements is not null`,
    [versions],
  );
  return new Map(rows.map(({ version, statements }) => [version, statements]));
}

export interface AppliedMigration {
  readonly file: Migration;
  readonly durationMilliseconds: number;
}

/** Records migrations in the transaction that ran them, with one statement for all of them. */
export async function recordMigrations(
  client: ClientBase,
  bundle: string,
  applied: readonly AppliedMigration[],
): Promise<void> {
  if (applied.length === 0) return;
  const rows = applied.map(({ file, durationMilliseconds }) => ({
    path: file.path,
    sha256: file.sha256,
    duration_ms: durationMilliseconds,
    version: file.version,
    name: file.name,
    statements: statementsOf(file).map((statement) => textOf(file, statement)),
  }));
  await client.query(
    `with row as materialized (
       select * from jsonb_to_recordset($2::jsonb)
         as r (path text, sha256 text, duration_ms integer, version text, name text, statements text[])
     ), version as (
       insert into supabase_migrations.schema_migrations (version, name, statements)
       select version, name, statements from row on conflict (version) do nothing
     )
     insert into supabase_migrations.bundle_files (bundle, path, kind, sha256, duration_ms)
     select $1, path, 'migration', sha256, duration_ms from row`,
    [bundle, JSON.stringify(rows)],
  );
}

export interface AppliedRepeatable {
  readonly file: BundleFile;
  readonly durationMilliseconds: number;
  readonly objects: readonly OwnedObject[];
  readonly dependsOn: readonly string[];
}

/** Records what ran and removes what is gone, in one statement. */
export async function recordRepeatables(
  client: ClientBase,
  bundle: string,
  applied: readonly AppliedRepeatable[],
  { removed }: { readonly removed: readonly string[] },
): Promise<void> {
  if (applied.length === 0 && removed.length === 0) return;
  const rows = applied.map(({ file, durationMilliseconds, objects, dependsOn }) => ({
    path: file.path,
    sha256: file.sha256,
    duration_ms: durationMilliseconds,
    objects,
    states: statingStatements(file).map(({ text }) => text),
    depends_on: dependsOn,
  }));
  await client.query(
    `with gone as (
       delete from supabase_migrations.bundle_files where bundle = $1 and kind = 'repeatable' and path = any ($3))
     insert into supabase_migrations.bundle_files
       (bundle, path, kind, sha256, duration_ms, objects, states, depends_on)
     select $1, r.path, 'repeatable', r.sha256, r.duration_ms, r.objects, r.states, r.depends_on
     from jsonb_to_recordset($2::jsonb)
       as r (path text, sha256 text, duration_ms integer, objects jsonb, states jsonb, depends_on jsonb)
     on conflict (bundle, path) do update set sha256 = excluded.sha256, applied_at = excluded.applied_at,
       duration_ms = excluded.duration_ms, objects = excluded.objects,
       states = excluded.states, depends_on = excluded.depends_on`,
    [bundle, JSON.stringify(rows), removed],
  );
}

/** Updates the recorded objects of repeatables if they differ: path → its objects. */
export async function recordObjects(
  client: ClientBase,
  bundle: string,
  objects: ReadonlyMap<string, readonly OwnedObject[]>,
): Promise<void> {
  if (objects.size === 0) return;
  const rows = [...objects].map(([path, made]) => ({ path, objects: made }));
  await client.query(
    `update supabase_migrations.bundle_files f set objects = r.objects
     from jsonb_to_recordset($2::jsonb) as r (path text, objects jsonb)
     where f.bundle = $1 and f.path = r.path and f.objects <> r.objects`,
    [bundle, JSON.stringify(rows)],
  );
}

/**
 * Updates the names in the records of repeatables, after their objects were renamed. Those that stated something about one
 * are due: their text may mean another object now.
 */
export async function recordNames(
  client: ClientBase,
  bundle: string,
  files: readonly Pick<AppliedFile, "path" | "objects" | "states">[],
): Promise<void> {
  const rows = files.map(({ path, objects, states }) => ({ path, objects, states }));
  await client.query(
    `update supabase_migrations.bundle_files f set objects = r.objects, states = r.states,
       sha256 = case when f.states = r.states or starts_with(f.sha256, $3) then f.sha256 else $3 || f.sha256 end
     from jsonb_to_recordset($2::jsonb) as r (path text, objects jsonb, states jsonb)
     where f.bundle = $1 and f.path = r.path and (f.objects, f.states) <> (r.objects, r.states)`,
    [bundle, JSON.stringify(rows), duePrefix],
  );
}

/** Prefix of the recorded hash of a repeatable that is due. */
const duePrefix = "due:";

/**
 * Makes repeatables run again in the next transaction, even if this run is killed before. Returns whether the history
 * has any of them.
 */
export async function markAsDue(
  client: ClientBase,
  bundle: string,
  paths: readonly string[],
): Promise<boolean> {
  if (paths.length === 0) return false;
  const { rowCount } = await client.query(
    `update supabase_migrations.bundle_files set sha256 = $3 || sha256
     where bundle = $1 and path = any ($2) and not starts_with(sha256, $3)`,
    [bundle, paths, duePrefix],
  );
  return (rowCount ?? 0) > 0;
}
