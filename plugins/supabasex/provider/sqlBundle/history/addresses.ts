import type { ClientBase } from "pg";
import type { Addresses } from "../catalog/addresses";
import type { Catalog } from "../catalog/catalog";

/** Adds the column that {@link recordAddresses} writes. */
export const addAddresses = "alter table supabase_migrations.bundles add column if not exists addresses json";

/**
 * Distinguishes a database from a copy that was restored from a dump, in which every object has another address: the
 * cluster, the database and the table with the addresses. A physical copy has the same values of all three, and the same
 * addresses.
 */
export const databaseToken = `(select system_identifier from pg_control_system())
  || ' ' || (select oid from pg_database where datname = current_database())
  || ' ' || coalesce(to_regclass('supabase_migrations.bundles')::oid, 0)`;

interface RecordedAddresses {
  readonly database: string;
  readonly objects: Readonly<Record<string, string>>;
}

/** Reads what {@link recordAddresses} wrote; empty if it was written in another database. */
export function addressesFrom(recorded: string | null, database: string): Addresses {
  if (recorded === null) return new Map();
  const { database: writtenIn, objects } = JSON.parse(recorded) as RecordedAddresses;
  return writtenIn === database ? new Map(Object.entries(objects)) : new Map();
}

/**
 * Records where the expected objects are, to find them after a rename. An object that is missing keeps its former
 * address.
 */
export async function recordAddresses(
  client: ClientBase,
  bundle: string,
  expected: Catalog,
  { former, now }: { readonly former: Addresses; readonly now: Addresses },
): Promise<void> {
  const objects = Object.fromEntries(
    Object.keys(expected).flatMap((identity) => {
      const address = now.get(identity) ?? former.get(identity);
      return address === undefined ? [] : [[identity, address]];
    }),
  );
  await client.query(
    `update supabase_migrations.bundles
     set addresses = json_build_object('database', ${databaseToken}, 'objects', $2::json) where name = $1`,
    [bundle, JSON.stringify(objects)],
  );
}
