import { isJsonObject, type JsonObject } from "../../../../../foundation/json";
import { identifierPattern } from "../source/identifiers";
import { type Catalog, type CatalogObject, sortedCatalog } from "./catalog";
import { type ObjectIdentity, parentIdentities, partsOfIdentity, relationKinds } from "./identity";
import { platformSchemas } from "./managedObjects";
import { touchedPart, touchedProperties } from "./properties";

/** Kinds for which an extra object is not drift: it is foreign, or grants no privileges and changes no result. */
const foreignWhenExtra = new Set(["bucket", "extension", "role settings", "schema"]);

/**
 * Returns the part of a live catalog that belongs to a bundle. It equals `expected` if and only if there is no drift. It contains:
 * - every expected object; if it was only touched, the touched properties;
 * - additions to a table or view that the bundle created, and to another one if the bundle added objects of the same kind there,
 *   such as policies on storage.objects, but not the platform's own triggers there;
 * - additions to a schema that the bundle created (for an added table only the table, not each of its parts);
 * - the privilege of API clients to create objects in the schema public;
 * - other cron jobs, if the bundle has any; a publication of all tables, if it has tables; event triggers that run a function in
 *   a schema that the bundle created.
 *
 * A deployment needs the part of the same two catalogs several times, so it is cached as long as both exist.
 */
export function managedPart(expected: Catalog, live: Catalog): Catalog {
  const ofExpected = managedParts.get(expected) ?? new WeakMap<Catalog, Catalog>();
  managedParts.set(expected, ofExpected);
  const known = ofExpected.get(live) ?? findManagedPart(expected, live);
  ofExpected.set(live, known);
  return known;
}

const managedParts = new WeakMap<Catalog, WeakMap<Catalog, Catalog>>();

function findManagedPart(expected: Catalog, live: Catalog): Catalog {
  const scope = new Scope(new Map(Object.entries(expected)), live);
  const managed = new Map<string, CatalogObject>();
  for (const [identity, object] of Object.entries(live)) {
    const watched = watchedPart(identity, expected[identity], object);
    if (watched !== undefined && !scope.isEmpty) managed.set(identity, watched);
    else if (scope.includesExtra(identity, object)) managed.set(identity, object);
  }
  return sortedCatalog(managed);
}

/**
 * Returns the properties of a live object that count without looking at other objects: all of an expected one; the
 * touched properties of one that was only touched; and for the schema `public`, regardless of its creator, whether API clients
 * may create in it, because every other role would run what they create there.
 */
export function watchedPart(
  identity: string,
  expected: CatalogObject | undefined,
  live: CatalogObject,
): CatalogObject | undefined {
  const names = expected === undefined ? [] : touchedProperties(expected);
  if (names === undefined) return live;
  const part = expected === undefined ? undefined : touchedPart(live, names);
  if (identity !== "schema public") return part;
  const opened = Object.entries(openedTo(live)).filter(([grantee]) => !names.includes(`grants.${grantee}`));
  if (opened.length === 0) return part;
  const grants = isJsonObject(part?.grants) ? part.grants : {};
  return { ...part, grants: { ...grants, ...Object.fromEntries(opened) } };
}

/**
 * Returns API roles that may create in the schema. PUBLIC could on databases from before PostgreSQL 15, which the owner
 * shows.
 */
function openedTo({ grants, owner }: CatalogObject): JsonObject {
  const roles = ["anon", "authenticated", ...(owner === "pg_database_owner" ? ["public"] : [])];
  const held = isJsonObject(grants) ? grants : {};
  return Object.fromEntries(
    roles.flatMap((role) => {
      const privileges = held[role];
      const create = Array.isArray(privileges)
        ? privileges.filter((privilege) => String(privilege).startsWith("create"))
        : [];
      return create.length === 0 ? [] : [[role, create]];
    }),
  );
}

/** What belongs to a bundle in addition to the expected objects. */
export class Scope {
  readonly #expected: ReadonlyMap<string, CatalogObject>;
  readonly #live: Catalog;
  /** Schemas that the bundle created. */
  readonly #schemas = new Set<string>();
  /** Tables and views that the bundle created. */
  readonly #relations = new Set<string>();
  /** `policy storage.objects` if the bundle created a policy on a foreign table; also for triggers and so on. */
  readonly #partKinds = new Set<string>();
  readonly #kinds = new Set<string>();
  /** Whether the bundle has created nothing yet, so nothing belongs to it. */
  readonly isEmpty: boolean;

  constructor(expected: ReadonlyMap<string, CatalogObject>, live: Catalog) {
    this.#expected = expected;
    this.#live = live;
    this.isEmpty = expected.size === 0;
    const parts: ObjectIdentity[] = [];
    for (const [identity, object] of expected) {
      if (touchedProperties(object) !== undefined) continue;
      const parsed = partsOfIdentity(identity);
      const { kind, schema, parent, name } = parsed;
      this.#kinds.add(kind);
      if (kind === "schema" && schema !== undefined) this.#schemas.add(schema);
      if (relationKinds.has(kind)) this.#relations.add(name);
      if (parent !== undefined) parts.push(parsed);
    }
    for (const { kind, parent = "" } of parts) {
      // Every part of the bundle's own tables counts.
      if (!this.#relations.has(parent)) this.#partKinds.add(`${kind} ${parent}`);
    }
  }

  includesExtra(identity: string, object: CatalogObject): boolean {
    const { kind, schema, parent } = partsOfIdentity(identity);
    if (kind === "cron job") return this.#kinds.has("cron job");
    if (kind === "publication") return object.allTables === true && this.#kinds.has("table");
    if (kind === "event trigger") return this.#hasSchemaOf(`function ${String(object.function)}`);
    if (foreignWhenExtra.has(kind)) return false;
    if (kind === "trigger" && isOfPlatform(schema) && isOfPlatform(functionSchemaOf(object))) return false;
    const relation = parent ?? relationOf(object);
    if (relation !== undefined) {
      if (this.#relations.has(relation) || this.#partKinds.has(`${kind} ${relation}`)) return true;
      if (this.#isExtra(relation)) return false;
    }
    return schema !== undefined && this.#schemas.has(schema);
  }

  #hasSchemaOf(identity: string): boolean {
    const { schema } = partsOfIdentity(identity);
    return schema !== undefined && this.#schemas.has(schema);
  }

  /** Returns whether the relation is an extra object itself, so its parts are not listed. Partitions are listed. */
  #isExtra(relation: string): boolean {
    return parentIdentities(relation).some((identity) => {
      const object = this.#live[identity];
      return object !== undefined && object.partitionOf === undefined && !this.#expected.has(identity);
    });
  }
}

const ofPlatform = new RegExp(platformSchemas);

function isOfPlatform(schema: string | undefined): boolean {
  return schema !== undefined && ofPlatform.test(schema);
}

/** Returns the schema of the function that a trigger runs. */
function functionSchemaOf({ definition }: CatalogObject): string | undefined {
  return /.* EXECUTE FUNCTION ([a-z_]\w*)\./s.exec(String(definition))?.[1];
}

/** The table at the end of the definition of extended statistics. */
const statisticsTable = new RegExp(
  `^CREATE STATISTICS .* FROM (${identifierPattern}\\.${identifierPattern})$`,
  "s",
);

/** Returns the table of an index or of statistics, or the table whose column uses a sequence. */
export function relationOf(object: CatalogObject): string | undefined {
  if (typeof object.table === "string") return object.table;
  const ofStatistics = statisticsTable.exec(String(object.definition))?.[1];
  if (ofStatistics !== undefined) return ofStatistics;
  if (typeof object.ownedBy === "string") return partsOfIdentity(`column ${object.ownedBy}`).parent;
  return undefined;
}
