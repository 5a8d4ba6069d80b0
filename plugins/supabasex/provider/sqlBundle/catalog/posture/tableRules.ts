import { createHash } from "node:crypto";
import type { JsonValue } from "../../../../../../foundation/json";
import type { Catalog, CatalogObject } from "../catalog";
import { coverageProperty } from "../coverage";
import { parentIdentities, partsOfIdentity } from "../identity";
import { serverIdentity } from "../serverVersion";
import { callsFunction } from "./callsFunction";
import { isOfPlatform } from "./exposure";

export const ruleProperties = ["constraints", "defaults", "domains", "expressions", "types"] as const;
type RuleProperty = (typeof ruleProperties)[number];
type Rules = Record<RuleProperty, string[]>;

export interface RulesSubject {
  readonly expected: Catalog;
  /** What belongs to the bundle. It is excluded. */
  readonly managed: Catalog;
  /** Returns whether the rules of an object of this schema count. */
  readonly includes: (identity: string, schema: string) => boolean;
}

/**
 * Returns table, view or domain → hashes of the defaults of its columns and whether they must have a value, its constraints and
 * unique indexes, its indexes that call a function outside of the server, and its columns with a domain, for those that count. All of them guard what clients write, or run code when they
 * do. Those of the platform's tables are hashed by the server. A hash is comparable within one major version.
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
    found.set(name, { constraints: [], defaults, domains: [], expressions: [], types: [] });
  }
  if (found.size === 0) return new Map();
  for (const [identity, object] of Object.entries(live)) {
    if (managed[identity] !== undefined) continue;
    for (const rule of [ruleOf(identity, object, expected), typeOf(identity, object, live)])
      if (rule !== undefined) found.get(rule.table)?.[rule.property].push(rule.line);
  }
  return new Map(
    [...found].flatMap(([table, rules]) => {
      const hashes = Object.fromEntries(
        ruleProperties.map((property) => [property, `${majorVersion}: ${hashOf(rules[property])}`]),
      );
      return parentIdentities(table)
        .filter((identity) => live[identity] !== undefined)
        .map((identity) => [identity, hashes] as const);
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
  readonly property: RuleProperty;
  readonly line: string;
}

/** Matches the copy of an index while `reindex concurrently` runs, or after it was canceled. */
const ofReindex = /_cc(?:new|old)\d*"?$/;

function ruleOf(identity: string, object: CatalogObject, expected: Catalog): Rule | undefined {
  const { kind, parent = "", name } = partsOfIdentity(identity);
  const lineOf = (...parts: (JsonValue | undefined)[]) => JSON.stringify([name, ...parts]);
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

/**
 * Returns the type of a column that limits what it may contain, or what equals what: a domain, an enum, a type with a length, or a
 * collation. With another type, the limit no longer applies.
 */
function typeOf(identity: string, { type, collation }: CatalogObject, live: Catalog): Rule | undefined {
  const { kind, parent = "", name } = partsOfIdentity(identity);
  if (kind !== "column") return undefined;
  const { kind: ofType } = live[`type ${String(type)}`] ?? {};
  if (ofType === "domain") return { table: parent, property: "domains", line: JSON.stringify([name, type]) };
  const isLimited = ofType === "enum" || String(type).endsWith(")") || collation !== undefined;
  return isLimited
    ? { table: parent, property: "types", line: JSON.stringify([name, type, collation]) }
    : undefined;
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
