import type { ClientBase } from "pg";
import {
  type Catalog,
  type CatalogObject,
  catalogJson,
  fingerprint,
  fingerprintOf,
} from "../catalog/catalog";

/**
 * The database's record of the posture at the last deployment of a bundle, in a separate table next to the bundle's own
 * record.
 */
export interface PostureRecord {
  readonly posture: Catalog;
  /** False if it was edited: it differs from what was written. */
  readonly intact: boolean;
}

const create = `
create table if not exists supabase_migrations.bundle_postures (
  bundle text primary key references supabase_migrations.bundles,
  posture jsonb not null,
  fingerprint text not null,
  recorded_at timestamptz not null default clock_timestamp()
);
comment on table supabase_migrations.bundle_postures is
  'Who could reach what when a SQL bundle was last deployed by Pulumi (supabasex)'`;

/** Returns the record of one bundle; `undefined` if there is none. */
export async function readPostureRecord(
  client: ClientBase,
  bundle: string,
): Promise<PostureRecord | undefined> {
  if (!(await hasRecords(client))) return undefined;
  const { rows } = await client.query<{ posture: Catalog; fingerprint: string }>(
    "select posture, fingerprint from supabase_migrations.bundle_postures where bundle = $1",
    [bundle],
  );
  const [row] = rows;
  return row && { posture: row.posture, intact: row.fingerprint === fingerprint(row.posture) };
}

/** Returns when the last deployment wrote the record of a bundle; `undefined` if there is none. */
export async function readRecordedAt(client: ClientBase, bundle: string): Promise<string | undefined> {
  if (!(await hasRecords(client))) return undefined;
  const { rows } = await client.query<{ at: string }>(
    "select recorded_at::text as at from supabase_migrations.bundle_postures where bundle = $1",
    [bundle],
  );
  return rows[0]?.at;
}

/** Writes the record, in the transaction of the deployment. */
export async function recordPosture(client: ClientBase, bundle: string, posture: Catalog): Promise<void> {
  const json = catalogJson(posture);
  await client.query(
    `insert into supabase_migrations.bundle_postures (bundle, posture, fingerprint) values ($1, $2, $3)
     on conflict (bundle) do update
       set posture = excluded.posture, fingerprint = excluded.fingerprint, recorded_at = excluded.recorded_at`,
    [bundle, json, fingerprintOf(json)],
  );
}

/** Creates the table if it is missing, before the database is read. */
export async function openPostureRecords(client: ClientBase): Promise<void> {
  if (!(await hasRecords(client))) await client.query(create);
}

async function hasRecords(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    "select to_regclass('supabase_migrations.bundle_postures') is not null as there",
  );
  return rows[0]?.there === true;
}

/**
 * Returns the rows of the history as objects, each with a hash of what a reader of the history relies on: versions that another
 * tool recorded, rows that were added or edited manually. Rows of other bundles are excluded.
 */
export async function readHistoryRecords(client: ClientBase, bundle: string): Promise<Catalog> {
  const { rows: there } = await client.query<{ there: boolean }>(
    `select to_regclass('supabase_migrations.bundle_files') is not null
       and to_regclass('supabase_migrations.schema_migrations') is not null as there`,
  );
  if (there[0]?.there !== true) return {};
  const { rows } = await client.query<{ identity: string; content: string; name: string | null }>(
    `select 'history record ' || f.path as identity, null as name,
       'with statements: '
         || encode(sha256(convert_to(f.kind || f.objects::text || f.depends_on::text || coalesce(to_jsonb(f) ->> 'states', ''), 'UTF8')), 'hex') as content
     from supabase_migrations.bundle_files f where f.bundle = $1
     union all
     select 'migration record ' || m.version, to_jsonb(m) ->> 'name',
       encode(sha256(convert_to(coalesce(to_jsonb(m) ->> 'statements', ''), 'UTF8')), 'hex')
     from supabase_migrations.schema_migrations m
     where not exists (
       select from supabase_migrations.bundle_files o
       where o.bundle <> $1 and o.kind = 'migration' and o.path ~ ('(^|/)' || m.version || '_'))`,
    [bundle],
  );
  return Object.fromEntries(
    rows.map(({ identity, name, content }): [string, CatalogObject] => [
      identity,
      name === null ? { content } : { content, name },
    ]),
  );
}
