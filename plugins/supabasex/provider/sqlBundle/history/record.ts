import type { ClientBase } from "pg";
import type { Addresses } from "../catalog/addresses";
import type { BaseFacts } from "../catalog/base";
import { type Catalog, catalogJson, fingerprint, fingerprintOf } from "../catalog/catalog";
import { withCurrentIdentities } from "../catalog/formerIdentities";
import { canonicalCatalog } from "../catalog/names";
import { addressesFrom, databaseToken } from "./addresses";
import { layoutOf } from "./tables";
import { notWritten } from "./written";

/**
 * What a bundle has created, as recorded in the database. It contains every definition, so it is large, and only read
 * if there is something to compare with it.
 */
export interface BundleRecord {
  readonly expected: Catalog;
  /** What repeatables alter, in its state without them. */
  readonly base: BaseFacts;
  /** False if the expectation was edited: it differs from what was written. */
  readonly intact: boolean;
  /** Where the last deployment left the expected objects; empty if that is unknown for this database. */
  readonly addresses: Addresses;
}

interface RecordRow {
  readonly expected: Catalog;
  readonly fingerprint: string;
  readonly base: BaseFacts | null;
  readonly addresses: string | null;
  readonly database: string;
}

/** Reads the record of a bundle; empty if the database has none. Needs two statements. */
export async function readRecord(client: ClientBase, bundle: string): Promise<BundleRecord> {
  const layout = await layoutOf(client);
  if (layout === "none") return { expected: {}, base: {}, intact: true, addresses: new Map() };
  const facts =
    layout === "current" ? "base, addresses::text" : "null::jsonb as base, null::text as addresses";
  const { rows } = await client.query<RecordRow>(
    `select expected, fingerprint, ${databaseToken} as database, ${facts} from supabase_migrations.bundles where name = $1`,
    [bundle],
  );
  const recorded = rows[0]?.expected ?? {};
  const written = rows[0]?.fingerprint;
  const intact = written === undefined || written === fingerprint(recorded);
  return {
    expected: canonicalCatalog(withCurrentIdentities(recorded)),
    base: rows[0]?.base ?? {},
    intact,
    // Only trusted if the record is unchanged.
    addresses: intact ? addressesFrom(rows[0]?.addresses ?? null, rows[0]?.database ?? "") : new Map(),
  };
}

/** Reads where the last deployment left the objects of a bundle; empty if the database has no record of it. */
export async function readAddresses(client: ClientBase, bundle: string): Promise<Addresses> {
  if ((await layoutOf(client)) !== "current") return new Map();
  const { rows } = await client.query<Pick<RecordRow, "addresses" | "database">>(
    `select addresses::text, ${databaseToken} as database from supabase_migrations.bundles where name = $1`,
    [bundle],
  );
  return addressesFrom(rows[0]?.addresses ?? null, rows[0]?.database ?? "");
}

export async function recordExpectation(
  client: ClientBase,
  bundle: string,
  { expected, base }: Pick<BundleRecord, "expected" | "base">,
): Promise<void> {
  const json = catalogJson(expected);
  const { rowCount } = await client.query(
    "update supabase_migrations.bundles set expected = $2, fingerprint = $3, base = $4 where name = $1",
    [bundle, json, fingerprintOf(json), JSON.stringify(base)],
  );
  if (rowCount !== 1) throw notWritten(`bundle ${bundle}`);
}
