import type { ClientBase } from "pg";
import { escapeControls } from "../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../foundation/userError";
import { type Catalog, expectationFrom, type RememberedExpectation } from "../catalog";
import { migrationOf } from "../source/files";
import type { History } from "./history";
import type { BundleRecord } from "./record";

const prefix = "applied file ";

/**
 * Returns what the bundle has created, as recorded in the database: a killed run, or one of another stack, may have done more
 * than our state knows. The state's digests are only used if the record was edited or emptied, and only if tables that the
 * state expects exist (a new, empty database is not an old one without its record). They show which of the live and the
 * recorded objects are as the last deployment left them.
 *
 * @throws UserError with the objects that are neither
 */
export function trustedExpectation(
  record: BundleRecord,
  state: RememberedExpectation,
  live: Catalog,
): Catalog {
  const recorded = Object.keys(record.expected).length > 0;
  if (recorded && record.intact) return record.expected;
  const lives = [...state.digests.keys()].some(
    (identity) => identity.startsWith("table ") && live[identity] !== undefined,
  );
  if (!lives) return {};
  const { expected, unknown } = expectationFrom(state, record.expected, live);
  if (unknown.length === 0) return expected;
  const what = recorded ? "was edited" : "is empty";
  throw new UserError(
    [
      `The database's own record of this bundle (supabase_migrations.bundles.expected) ${what}, and these objects have changed since the last deployment, so their expected state is unknown:`,
      ...unknown.map((identity) => `  ${escapeControls(identity)}`),
      "  Restore the record from a backup, or undo the changes to these objects; then run the command again.",
    ].join("\n"),
  );
}

interface LostRow {
  readonly path: string;
  readonly sha256: string;
  readonly version: string;
  readonly name: string;
}

/** Returns migrations of the expectation that are missing in the history, or have another hash there. */
function lostRows(expected: Catalog, history: History): LostRow[] {
  const versions = new Set(history.versions);
  return Object.entries(expected).flatMap(([identity, { sha256 }]): LostRow[] => {
    if (!identity.startsWith(prefix)) return [];
    const path = identity.slice(prefix.length);
    const migration = migrationOf(path);
    if (migration === undefined) return [];
    if (history.files.get(path)?.sha256 === sha256 && versions.has(migration.version)) return [];
    return [{ path, sha256: String(sha256), ...migration }];
  });
}

/** Returns the history as {@link restoreHistory} leaves it, without writing anything. */
export function restoredHistory(expected: Catalog, history: History): History {
  const rows = lostRows(expected, history);
  if (rows.length === 0) return history;
  const files = new Map(history.files);
  for (const { path, sha256 } of rows)
    files.set(path, { path, kind: "migration", sha256, objects: [], dependsOn: [], states: [] });
  const versions = [...new Set([...history.versions, ...rows.map(({ version }) => version)])].sort();
  return { ...history, files, versions };
}

/**
 * Writes the rows of migrations that are missing in the history or have another hash there. Returns whether there were
 * any. Repeatables do not need this: a lost row makes them run again.
 */
export async function restoreHistory(
  client: ClientBase,
  bundle: string,
  expected: Catalog,
  { history }: { readonly history: History },
): Promise<boolean> {
  const rows = lostRows(expected, history);
  if (rows.length === 0) return false;
  await client.query(
    `with row as materialized (
       select * from jsonb_to_recordset($2::jsonb) as r (path text, sha256 text, version text, name text)
     ), version as (
       insert into supabase_migrations.schema_migrations (version, name) select version, name from row
       on conflict (version) do nothing
     )
     insert into supabase_migrations.bundle_files (bundle, path, kind, sha256, duration_ms)
     select $1, path, 'migration', sha256, 0 from row
     on conflict (bundle, path) do update set sha256 = excluded.sha256`,
    [bundle, JSON.stringify(rows)],
  );
  return true;
}
