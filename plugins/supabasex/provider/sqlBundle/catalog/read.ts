import type { ClientBase } from "pg";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import { type Catalog, type CatalogObject, sortedCatalog } from "./catalog";
import { withoutMatchingPartitions } from "./partitions";
import { grantsOf, type Privilege } from "./privileges";
import { type CatalogRow, catalogStatement, type PlatformTables, prepareStatement } from "./statement";

/** A catalog, and where the server keeps each object: an address stays the same when an object is renamed. */
export interface CatalogReading {
  readonly catalog: Catalog;
  /** Identity → address. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** How often a read is begun anew because an object went away while it was being printed. */
const attempts = 3;

/**
 * Reads the catalog in a transaction of its own: one snapshot, nothing written, two statements.
 *
 * @throws the server's error; after three attempts also where other sessions keep dropping what is being read
 */
export async function readCatalog(client: ClientBase): Promise<Catalog> {
  for (let attempt = 1; ; attempt += 1) {
    await client.query("begin transaction isolation level repeatable read read only");
    try {
      const { catalog } = await read(client);
      await client.query("commit");
      return catalog;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      if (attempt === attempts || !isConcurrentChange(error)) throw error;
    }
  }
}

/**
 * Reads the catalog as the caller's open transaction sees it, and leaves that transaction as it was: its settings are
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

/** The server prints from its newest catalog, not from our snapshot, so an object may be gone by then. */
function isConcurrentChange(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const internal = code === "XX000" && /cache lookup failed|could not (open|find)/.test(String(message));
  return internal || code === "42P01" || code === "42704" || code === "42883";
}

async function read(client: ClientBase): Promise<CatalogReading> {
  const [platform] = (await client.query<PlatformTables & Record<string, unknown>>(prepareStatement)).rows;
  if (platform === undefined) throw new Error("The catalog's preparing statement answered no row.");
  const { rows } = await client.query<CatalogRow>({ text: catalogStatement(platform), rowMode: "array" });
  return fromRows(rows);
}

function fromRows(rows: readonly CatalogRow[]): CatalogReading {
  const lists = new Map<string, readonly Privilege[]>();
  const defaults = new Map<string, readonly Privilege[]>();
  const wholes = new Map<string, ReadonlySet<string>>();
  for (const [identity, , aclType, owner, acl, properties] of rows) {
    if (identity !== null) continue;
    const privileges = (properties ?? []) as readonly Privilege[];
    if (acl !== null) lists.set(acl, privileges);
    if (aclType === null) continue;
    defaults.set(
      aclType,
      privileges.filter(({ grantee }) => grantee !== owner),
    );
    wholes.set(
      aclType,
      new Set(privileges.filter(({ grantee }) => grantee === owner).map(({ privilege }) => privilege)),
    );
  }

  const objects = new Map<string, CatalogObject>();
  const addresses = new Map<string, string>();
  for (const [identity, address, aclType, owner, acl, properties] of rows) {
    if (identity === null) continue;
    const object = withoutNulls(properties);
    if (aclType !== null) {
      const whole = wholes.get(aclType) ?? new Set<string>();
      const explicit = acl === null ? undefined : lists.get(acl);
      // With the built-in default the owner holds everything, which goes without saying.
      const grants = explicit
        ? grantsOf(explicit, whole, owner)
        : grantsOf(defaults.get(aclType) ?? [], whole, null);
      if (aclType !== "c" || Object.keys(grants).length > 0) object.grants = grants;
    }
    objects.set(identity, object);
    if (address !== null) addresses.set(identity, address);
  }
  return { catalog: sortedCatalog(withoutMatchingPartitions(objects)), addresses };
}

function withoutNulls(properties: unknown): JsonObject {
  const object: JsonObject = {};
  if (!isJsonObject(properties)) return object;
  for (const [name, value] of Object.entries(properties) as [string, JsonValue][]) {
    if (value !== null) object[name] = value;
  }
  return object;
}
