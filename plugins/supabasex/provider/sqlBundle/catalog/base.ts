import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import type { Catalog, CatalogObject } from "./catalog";
import { parentIdentities, partsOfIdentity } from "./identity";
import { changedProperties } from "./properties";
import type { FollowedRenames } from "./renames";
import type { CatalogReading } from "./rows";

/**
 * What repeatables alter, in its state without them: identity → property → value, where null means that the object
 * lacks the property. For grants, role → privileges. Null instead of the properties: without repeatables the object
 * does not exist. Objects that repeatables declare are not included. Those that they create by dynamic SQL are, and
 * those that they redefine, even if nothing differs.
 */
export type BaseFacts = Readonly<Record<string, JsonObject | null>>;

/** Kinds whose objects are created and dropped by statements about other objects. They contain nothing themselves. */
const factKinds: ReadonlySet<string> = new Set([
  "database settings",
  "default privileges",
  "publication schema",
  "publication table",
  "role settings",
]);

/** Returns whether the object only exists because something was set, so that resetting it removes the object. */
export function isMereFact(identity: string, object: CatalogObject): boolean {
  const { kind } = partsOfIdentity(identity);
  // The column of a view is listed because of its grants or comment.
  return factKinds.has(kind) || (kind === "column" && object.type === undefined);
}

/** Kinds without data: objects that repeatables created are dropped when no file creates them any more. */
const dataless: ReadonlySet<string> = new Set([
  "aggregate",
  "constraint",
  "event trigger",
  "function",
  "index",
  "policy",
  "procedure",
  "rule",
  "statistics",
  "trigger",
  "view",
]);

/** Kinds whose objects are dropped if nothing depends on them. Rows of a materialized view come from its query. */
const droppable: ReadonlySet<string> = new Set([...dataless, "cron job", "materialized view", "type"]);

/**
 * Returns whether an object that repeatables created without declaring it, such as by a `do` block, can be dropped.
 * This excludes a part of a table that they created as well: it stays with the table and its data.
 *
 * @param catalogs before and after they ran
 */
function mayGoAgain(
  identity: string,
  { table }: CatalogObject,
  { before, after }: { readonly before: Catalog; readonly after: Catalog },
): boolean {
  const { kind, parent = table } = partsOfIdentity(identity);
  if (!droppable.has(kind)) return false;
  if (typeof parent !== "string") return true;
  // A partition is only listed if it differs from its table.
  return parentIdentities(parent).every(
    (one) => before[one] !== undefined || after[one] === undefined || after[one].partitionOf !== undefined,
  );
}

/** Returns whether dropping the object loses no data. */
export function holdsNoData(identity: string): boolean {
  const { kind } = partsOfIdentity(identity);
  return dataless.has(kind) || kind.startsWith("publication ");
}

/**
 * Returns whether repeatables create the object, so that it is dropped if none of their statements may create it any
 * more.
 */
export function isMadeByRepeatables(identity: string, facts: JsonObject | null | undefined): boolean {
  return facts === null && droppable.has(partsOfIdentity(identity).kind);
}

/** How repeatables relate to an object: they `create` it, or they `redefine` what a migration has created. */
export type ByRepeatables = "create" | "redefine" | undefined;

/** Returns the facts after repeatables ran: what they altered between two readings is added, unless it is known. */
export function baseAfterRepeatables(
  base: BaseFacts,
  before: Catalog,
  after: Catalog,
  { byRepeatables }: { readonly byRepeatables: (identity: string) => ByRepeatables },
): BaseFacts {
  const result = new Map(Object.entries(base));
  for (const [identity, now] of Object.entries(after)) {
    const former = before[identity];
    const how = byRepeatables(identity);
    // It also exists without the repeatables.
    if (how === "redefine" && result.get(identity) === undefined) result.set(identity, {});
    // A file now declares what a `do` block created before.
    if (how === "create" && result.get(identity) === null) result.delete(identity);
    if (former === now || how === "create" || result.get(identity) === null) continue;
    if (former === undefined) {
      const ofPartition = differencesOfPartition(now, before);
      if (isMereFact(identity, now) || mayGoAgain(identity, now, { before, after }))
        result.set(identity, null);
      else if (ofPartition !== undefined) result.set(identity, ofPartition);
      continue;
    }
    const altered = alteredBetween(former, now);
    if (Object.keys(altered).length > 0) result.set(identity, merged(altered, result.get(identity) ?? {}));
  }
  return Object.fromEntries(result);
}

/** Returns what a partition, which was not listed because it matched its table, had instead of its own properties. */
function differencesOfPartition(
  { partitionOf, ...own }: CatalogObject,
  before: Catalog,
): JsonObject | undefined {
  const table = before[`table ${String(partitionOf)}`];
  if (table === undefined) return undefined;
  const names = Object.keys(own).filter((name) => name.startsWith("rowSecurity"));
  return names.length === 0
    ? undefined
    : Object.fromEntries(names.map((name): [string, JsonValue] => [name, table[name] ?? null]));
}

/** The catalog around migrations. */
export interface MigratedBase {
  readonly before: CatalogReading;
  readonly after: CatalogReading;
  readonly renames: FollowedRenames;
}

/**
 * Returns the facts after migrations ran: what they altered has their values, and what they renamed has its present
 * name. Facts of an object that is gone, or is another one now, are removed.
 */
export function baseAfterMigrations(
  base: BaseFacts,
  { before, after, renames: { ofReading, ofRecords } }: MigratedBase,
): BaseFacts {
  const namesBefore = new Map([...ofReading].map(([former, present]) => [present, former]));
  return Object.fromEntries(
    Object.entries(base).flatMap(([identity, facts]): [string, JsonObject | null][] => {
      const renamed = ofRecords.get(identity);
      const present = renamed ?? identity;
      const name = renamed === undefined ? identity : (namesBefore.get(renamed) ?? renamed);
      const [former, now] = [before.catalog[name], after.catalog[present]];
      const isSame = before.addresses.get(name) === after.addresses.get(present);
      if (former === undefined || now === undefined || !isSame) return [];
      if (facts === null) return [[present, facts]];
      return [[present, merged(facts, only(alteredBetween(now, former), facts))]];
    }),
  );
}

/**
 * Returns the facts with the current values of those that migrations stated although they already applied: what a
 * migration states does not depend on repeatables.
 */
export function baseStatedByMigrations(
  base: BaseFacts,
  live: Catalog,
  isStated: (identity: string, property: string, grantee?: string) => boolean,
): BaseFacts {
  return Object.fromEntries(
    Object.entries(base).flatMap(([identity, facts]): [string, JsonObject | null][] => {
      const object = live[identity] ?? {};
      if (facts === null) {
        const isOfMigration = Object.keys(object).some((property) => isStated(identity, property));
        return isOfMigration ? [] : [[identity, facts]];
      }
      const { grants, ...others } = facts;
      const found = Object.entries(others).map(([property, value]): [string, JsonValue] => [
        property,
        isStated(identity, property) ? (object[property] ?? null) : value,
      ]);
      const held = isJsonObject(object.grants) ? object.grants : {};
      if (grants === undefined) return [[identity, Object.fromEntries(found)]];
      if (!isJsonObject(grants)) {
        // Without repeatables, it has only the grants that migrations stated.
        const stated = Object.entries(held).filter(([grantee]) => isStated(identity, "grants", grantee));
        const rest = stated.length === 0 ? null : Object.fromEntries(stated);
        return [[identity, { ...Object.fromEntries(found), grants: rest }]];
      }
      const granted = Object.entries(grants).map(([grantee, value]): [string, JsonValue] => [
        grantee,
        isStated(identity, "grants", grantee) ? (held[grantee] ?? null) : value,
      ]);
      return [[identity, { ...Object.fromEntries(found), grants: Object.fromEntries(granted) }]];
    }),
  );
}

/** Returns the facts without those that are now the object's own. */
export function withoutSatisfied(base: BaseFacts, identities: Iterable<string>, live: Catalog): BaseFacts {
  const result = new Map(Object.entries(base));
  for (const identity of identities) {
    const facts = result.get(identity);
    const object = live[identity];
    if (facts === null && object === undefined) result.delete(identity);
    if (facts === null || facts === undefined || object === undefined) continue;
    const differing = only(facts, alteredBetween(withFacts(object, facts), object));
    if (Object.keys(differing).length === 0) result.delete(identity);
    else result.set(identity, differing);
  }
  return Object.fromEntries(result);
}

/** Returns the object with these facts instead of its own. */
export function withFacts(object: CatalogObject, facts: JsonObject): CatalogObject {
  const result: Record<string, JsonValue> = { ...object };
  for (const [property, value] of Object.entries(facts)) {
    const own = result[property];
    if (property === "grants" && isJsonObject(value)) {
      result[property] = { ...withFacts(isJsonObject(own) ? own : {}, value) };
    } else if (value === null) delete result[property];
    else result[property] = value;
  }
  return result;
}

/** Returns the properties of `former` that differ in `now`; null for one that it lacks. */
function alteredBetween(former: CatalogObject, now: CatalogObject): JsonObject {
  return Object.fromEntries(
    changedProperties(former, now).map((property): [string, JsonValue] => {
      const [was, is] = [former[property], now[property]];
      if (property !== "grants" || !isJsonObject(was) || !isJsonObject(is)) return [property, was ?? null];
      return [property, alteredBetween(was, is)];
    }),
  );
}

/** Returns one set of facts overridden by another. */
function merged(facts: JsonObject, more: JsonObject): JsonObject {
  const grants = isJsonObject(facts.grants) && isJsonObject(more.grants);
  return {
    ...facts,
    ...more,
    ...(grants ? { grants: { ...(facts.grants as JsonObject), ...(more.grants as JsonObject) } } : {}),
  };
}

/** Returns the facts that `wanted` also has. */
function only(facts: JsonObject, wanted: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([property, value]): [string, JsonValue][] => {
      const other = wanted[property];
      if (other === undefined) return [];
      if (property !== "grants" || !isJsonObject(value) || !isJsonObject(other)) return [[property, value]];
      const grants = only(value, other);
      return Object.keys(grants).length === 0 ? [] : [[property, grants]];
    }),
  );
}
