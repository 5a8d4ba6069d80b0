import type { ClientBase } from "pg";

/**
 * The state before a statement that runs outside of a transaction. It is committed before the statement is sent, and
 * removed when the statement's success is recorded. If it exists, a run was interrupted in between.
 */
export interface Begun {
  /** The object that the statement creates or drops, as PostgreSQL prints it; empty if it is about none. */
  readonly name: string;
  /** Of that object; 0 if there was none. */
  readonly oid: number;
  /** Such as `valid` or `invalid` for an index. */
  readonly state: string;
}

/** Creates the table of the markers in the history's schema, because what a migration creates belongs to the bundle. */
export const createBegun = `
create table if not exists supabase_migrations.bundle_statements (
  bundle text not null references supabase_migrations.bundles,
  path text not null,
  sha256 text not null,
  found jsonb not null,
  begun_at timestamptz not null default clock_timestamp(),
  primary key (bundle, path)
)`;

interface Key {
  readonly bundle: string;
  readonly path: string;
  readonly sha256: string;
}

/** Returns the marker of a former run of the same file. Without one, writes this one and returns `undefined`. */
export async function begin(client: ClientBase, key: Key, found: Begun): Promise<Begun | undefined> {
  const parameters = [key.bundle, key.path, key.sha256];
  const { rows } = await client.query<{ found: Begun }>(
    "select found from supabase_migrations.bundle_statements where bundle = $1 and path = $2 and sha256 = $3",
    parameters,
  );
  if (rows[0] !== undefined) return rows[0].found;
  await client.query(
    `insert into supabase_migrations.bundle_statements (bundle, path, sha256, found) values ($1, $2, $3, $4)
     on conflict (bundle, path) do update set sha256 = excluded.sha256, found = excluded.found, begun_at = clock_timestamp()`,
    [...parameters, JSON.stringify(found)],
  );
  return undefined;
}

/** Returns whether a former run of any file of the bundle was interrupted. */
export async function hasBegun(client: ClientBase, bundle: string): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(
    "select to_regclass('supabase_migrations.bundle_statements') is not null as exists",
  );
  if (rows[0]?.exists !== true) return false;
  const begun = await client.query("select from supabase_migrations.bundle_statements where bundle = $1", [
    bundle,
  ]);
  return (begun.rowCount ?? 0) > 0;
}

/** Removes the marker: the statement has succeeded, or has left nothing. */
export async function end(client: ClientBase, { bundle, path }: Omit<Key, "sha256">): Promise<void> {
  await client.query("delete from supabase_migrations.bundle_statements where bundle = $1 and path = $2", [
    bundle,
    path,
  ]);
}
