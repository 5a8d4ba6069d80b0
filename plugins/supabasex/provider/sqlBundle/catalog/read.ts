import { type ClientBase, Query, type QueryArrayConfig } from "pg";
import { sqlStates } from "../../../../../foundation/sqlStates";
import type { Catalog } from "./catalog";
import { type Prepared, planName, prepareStatement } from "./prepare";
import { type CatalogReading, ReadingBuilder } from "./rows";
import { catalogStatement, kindsOf, type ObjectRow } from "./statement";

/** How often a read is restarted because an object was dropped while it was printed. */
const attempts = 3;

/** Reads the catalog as {@link readCatalogReading} does, without the addresses. */
export async function readCatalog(client: ClientBase): Promise<Catalog> {
  return (await readCatalogReading(client)).catalog;
}

/**
 * Reads the catalog in a separate transaction: one snapshot, nothing written, two statements.
 *
 * @throws the server's error; after three attempts also if other sessions keep dropping what is read
 */
export async function readCatalogReading(client: ClientBase): Promise<CatalogReading> {
  for (let attempt = 1; ; attempt += 1) {
    await client.query("begin transaction isolation level repeatable read read only");
    try {
      const result = await read(client);
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      if (attempt === attempts || !isConcurrentChange(error)) throw error;
    }
  }
}

/**
 * Reads the catalog as the caller's open transaction sees it, and leaves that transaction unchanged: its settings are
 * restored and the locks of the read are released.
 */
export async function readCatalogInTransaction(client: ClientBase): Promise<CatalogReading> {
  await client.query("savepoint catalog_read");
  try {
    return await read(client);
  } finally {
    await client.query("rollback to savepoint catalog_read; release savepoint catalog_read");
  }
}

/**
 * Returns whether an object disappeared. The server prints from its newest catalog, not from our snapshot, so an object
 * may be gone by then.
 */
function isConcurrentChange(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const internal =
    code === sqlStates.internalError && /cache lookup failed|could not (open|find)/.test(String(message));
  return (
    internal ||
    code === sqlStates.undefinedTable ||
    code === sqlStates.undefinedObject ||
    code === sqlStates.undefinedFunction
  );
}

/**
 * Keeps the plan on the server for further reads on this connection, because planning takes as long as a read of a small
 * database. Asks the server whether it still has the plan, because a migration may contain `deallocate all`.
 */
async function read(client: ClientBase): Promise<CatalogReading> {
  const [readable] = (await client.query<Prepared & Record<string, unknown>>(prepareStatement)).rows;
  if (readable === undefined) throw new Error("The statement that prepares a catalog read returned no row.");
  const kinds = kindsOf(readable);
  const builder = new ReadingBuilder(kinds);
  const plan = planName(readable);
  const execute = `execute ${plan}`;
  const config: QueryArrayConfig = {
    text: readable.plans.includes(plan)
      ? execute
      : `prepare ${plan} as ${catalogStatement(kinds)};\n${execute}`,
    rowMode: "array",
  };
  const query = new Query(config);
  await new Promise<void>((resolve, reject) => {
    query.on("row", (row: unknown) => builder.add(row as ObjectRow));
    query.on("error", reject);
    query.on("end", () => resolve());
    client.query(query);
  });
  return builder.reading();
}
