import type { ClientBase } from "pg";
import type { BaseFacts } from "../catalog/base";
import { type Catalog, fingerprint } from "../catalog/catalog";
import { withCurrentIdentities } from "../catalog/formerIdentities";
import { canonicalCatalog } from "../catalog/names";
import { layoutOf } from "./history";

/**
 * What a bundle has made, as the database itself records it. It holds every definition, so it is large, and read only where
 * there is something to compare with it.
 */
export interface BundleRecord {
  readonly expected: Catalog;
  /** What repeatables alter, as it is without them. */
  readonly base: BaseFacts;
  /** False where the expectation is not as it was written: somebody edited it. */
  readonly intact: boolean;
}

/** Reads the record of a bundle; empty where the database has none. Two statements. */
export async function readRecord(client: ClientBase, bundle: string): Promise<BundleRecord> {
  const layout = await layoutOf(client);
  if (layout === "none") return { expected: {}, base: {}, intact: true };
  const base = layout === "current" ? "base" : "null::jsonb as base";
  const { rows } = await client.query<{ expected: Catalog; fingerprint: string; base: BaseFacts | null }>(
    `select expected, fingerprint, ${base} from supabase_migrations.bundles where name = $1`,
    [bundle],
  );
  const recorded = rows[0]?.expected ?? {};
  const written = rows[0]?.fingerprint;
  return {
    expected: canonicalCatalog(withCurrentIdentities(recorded)),
    base: rows[0]?.base ?? {},
    intact: written === undefined || written === fingerprint(recorded),
  };
}

export async function recordExpectation(
  client: ClientBase,
  bundle: string,
  { expected, base }: Pick<BundleRecord, "expected" | "base">,
): Promise<void> {
  await client.query(
    "update supabase_migrations.bundles set expected = $2, fingerprint = $3, base = $4 where name = $1",
    [bundle, JSON.stringify(expected), fingerprint(expected), JSON.stringify(base)],
  );
}
