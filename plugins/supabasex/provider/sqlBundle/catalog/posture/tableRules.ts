import { createHash } from "node:crypto";
import type { JsonValue } from "../../../../../../foundation/json";
import type { Catalog, CatalogObject } from "../catalog";
import { coverageProperty } from "../coverage";
import { parentIdentities, partsOfIdentity } from "../identity";
import { relationOf } from "../scope";
import { serverIdentity } from "../serverVersion";
import { callsFunction } from "./callsFunction";
import { isOfPlatform } from "./exposure";

const hashedProperties = ["constraints", "defaults", "domains", "expressions", "statistics"] as const;
export const ruleProperties = [...hashedProperties, "types"] as const;
type HashedProperty = (typeof hashedProperties)[number];
type Rules = Record<HashedProperty, string[]> & { readonly types: Map<string, string> };

export interface RulesSubject {
  readonly expected: Catalog;
  /** What belongs to the bundle. It is excluded. */
  readonly managed: Catalog;
  /** Returns whether the rules of an object of this schema count. */
  readonly includes: (identity: string, schema: string) => boolean;
}

/**
 * Returns table, view or domain → its rules, for those that count. `defaults`: those of its columns, and whether they must have a value.
 * `constraints`: also its unique indexes. `expressions` and `statistics`: its indexes and statistics that call a function outside of the
 * server. `domains`: its columns with a domain. `types`: column → its type, for columns with an enum, a length, a collation or an array of a domain. All of them guard what
 * clients write, or run code when they do. All but `types` are hashes, which are comparable within one major version. Those of the platform's
 * tables are hashed by the server.
 */
export function tableRules(
  live: Catalog,
  { expected, managed, includes }: RulesSubject,
): ReadonlyMap<string, CatalogObject> {
  const { majorVersion, [coverageProperty]: isRead } = live[serverIdentity] ?? {};
  // A record of a posture has no columns, constraints and indexes.
  if (isRead === undefined) return new Map();
  const found = new Map<string, Rules>();
  for (const [identity, object] of Object.entries(live)) {
    const { kind, schema = "", name } = partsOfIdentity(identity);
    if (!hasRules(kind, object) || isOfPlatform(schema) || !includes(identity, schema)) continue;
    const { default: value, notNull } = object;
    const defaults = kind === "type" ? [JSON.stringify([value, notNull])] : [];
    found.set(name, {
      ...{ constraints: [], defaults, domains: [], expressions: [], statistics: [] },
      types: new Map(),
    });
  }
  if (found.size === 0) return new Map();
  for (const [identity, object] of Object.entries(live)) {
    if (managed[identity] !== undefined) continue;
    for (const rule of [ruleOf(identity, object, expected), domainOf(identity, object, live)])
      if (rule !== undefined) found.get(rule.table)?.[rule.property].push(rule.line);
    const type = limitOf(identity, object, live);
    if (type === undefined) continue;
    const { parent = "", name } = partsOfIdentity(identity);
    found.get(parent)?.types.set(name, type);
  }
  return new Map(
    [...found].flatMap(([table, rules]) => {
      const hashes = Object.fromEntries(
        hashedProperties.map((property) => [property, `${majorVersion}: ${hashOf(rules[property])}`]),
      );
      const types = Object.fromEntries(rules.types);
      return parentIdentities(table)
        .filter((identity) => live[identity] !== undefined)
        .map((identity) => [identity, { ...hashes, types }] as const);
    }),
  );
}

/** Returns whether an object is a domain, a view or a table; partitions have the rules of their parent. */
function hasRules(kind: string, { kind: type, partitionOf, extension }: CatalogObject): boolean {
  if (kind === "type") return type === "domain";
  if (kind === "view") return extension === undefined;
  return (
    (kind === "table" || kind === "foreign table") && partitionOf === undefined && extension === undefined
  );
}

interface Rule {
  readonly table: string;
  readonly property: HashedProperty;
  readonly line: string;
}

/** Matches the copy of an index while `reindex concurrently` runs, or after it was canceled. */
const ofReindex = /_cc(?:new|old)\d*"?$/;

function ruleOf(identity: string, object: CatalogObject, expected: Catalog): Rule | undefined {
  const { kind, parent = "", name } = partsOfIdentity(identity);
  const { dependsOn } = object;
  // Only printed if there is one, because hashes from before 2026-11-30 lack it.
  const lineOf = (...parts: (JsonValue | undefined)[]) =>
    JSON.stringify([name, ...parts, ...(dependsOn === undefined ? [] : [{ dependsOn }])]);
  if (kind === "column") {
    const { default: value, generated, identity: numbered, notNull } = object;
    const rule = [value, generated, numbered, notNull];
    if (rule.every((part) => part === undefined)) return undefined;
    return { table: parent, property: "defaults", line: lineOf(...rule) };
  }
  if (kind === "constraint") {
    // A foreign key to the bundle is an object of its own.
    if (isForeignKeyTo(expected, object.definition)) return undefined;
    const { definition, validated, enforcingTriggers } = object;
    return { table: parent, property: "constraints", line: lineOf(definition, validated, enforcingTriggers) };
  }
  if (kind === "statistics") {
    const table = relationOf(object);
    const { definition } = object;
    if (table === undefined || !callsFunction(definition)) return undefined;
    return { table, property: "statistics", line: lineOf(definition) };
  }
  if (kind !== "index") return undefined;
  const { table, definition, valid } = object;
  const isUnique = String(definition).startsWith("CREATE UNIQUE ");
  const isCopy = valid === false && ofReindex.test(name);
  // One that calls a function calls it for each new row, even if it is not valid.
  if (!callsFunction(definition) && (!isUnique || isCopy)) return undefined;
  return {
    table: String(table),
    property: isUnique ? "constraints" : "expressions",
    line: lineOf(definition, valid),
  };
}

/** Returns the domain of a column, whose checks no longer apply if the column gets another type. */
function domainOf(identity: string, { type }: CatalogObject, live: Catalog): Rule | undefined {
  const { kind, parent = "", name } = partsOfIdentity(identity);
  if (kind !== "column" || live[`type ${String(type)}`]?.kind !== "domain") return undefined;
  return { table: parent, property: "domains", line: JSON.stringify([name, type]) };
}

/** A type with a length or a precision: `character varying(8)`, `timestamp(3) without time zone`. */
const withLength = /\([^()"]*\)(?: with(?:out)? time zone)?$/;

/**
 * Returns the type of a column that limits what it may contain, or what equals what: an enum, a type with a length, or a collation, and
 * arrays of these and of domains. With another type, the limit no longer applies.
 */
function limitOf(identity: string, { type, collation }: CatalogObject, live: Catalog): string | undefined {
  if (!identity.startsWith("column ")) return undefined;
  const printed = String(type);
  const element = printed.replace(/(?:\[\])+$/, "");
  const { kind: ofType } = live[`type ${element}`] ?? {};
  const isLimited =
    ofType === "enum" ||
    (ofType === "domain" && element !== printed) ||
    withLength.test(element) ||
    collation !== undefined;
  if (!isLimited) return undefined;
  return collation === undefined ? printed : `${printed} collate ${String(collation)}`;
}

/** Returns whether a constraint references a table of the bundle. */
export function isForeignKeyTo(expected: Catalog, definition: JsonValue | undefined): boolean {
  const table = /^FOREIGN KEY .*? REFERENCES (.+?)\(/.exec(String(definition))?.[1];
  return table !== undefined && expected[`table ${table}`] !== undefined;
}

function hashOf(lines: readonly string[]): string {
  return lines.length === 0
    ? "none"
    : createHash("sha256")
        .update([...lines].sort().join("\n"))
        .digest("hex");
}
