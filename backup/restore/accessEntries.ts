import type { AccessEntry } from "../postgres/access";
import { columnOrder } from "../postgres/columnOrder";
import { hasFixedDefaults, isPlatformOwner, platformSchemas } from "../postgres/platform";
import { unquoteIdentifier } from "../postgres/sqlText";

/** Kinds that only have an entry if something was granted or revoked, and what one without an entry has. */
export const kindsOfGrantsAlone: ReadonlyMap<string, string> = new Map([
  ["column", "nothing"],
  ...["column", "language", "routine", "schema", "table", "type"].map(
    (kind) => [`system ${kind}`, "those of a new database"] as const,
  ),
]);

/** Kinds that belong to the platform or to an extension, or whose differences are reported and fail no restore. */
const kindsOfPlatform = new Set([columnOrder, "comment", "database", "extension", "language", "role"]);

/** Returns whether a kind is one of objects that every database has, in the schemas of PostgreSQL itself. */
export function isOfSystem(kind: string): boolean {
  return kind.startsWith("system ");
}

/** Returns whether an object belongs to the platform: by its owner, or without one, by the schema of its parent. */
export function isOfPlatform({ kind, name, facts }: AccessEntry): boolean {
  if (facts.extension !== undefined || kindsOfPlatform.has(kind) || isOfSystem(kind)) return true;
  if (kind === "default privileges") return hasFixedDefaults(roleOfDefaults(name));
  const owner = facts.owner;
  if (kind === "schema")
    return (
      platformSchemas.has(unquoteIdentifier(name)) &&
      (owner === undefined || isPlatformOwner(owner) || name === "extensions")
    );
  const schema = unquoteIdentifier(schemaOf(kind, name));
  if (owner !== undefined) return isPlatformOwner(owner) && (schema === "" || platformSchemas.has(schema));
  return platformSchemas.has(schema);
}

/** Returns the role that owns an object or has default privileges; empty for an object without an owner. */
export function ownerOf({ kind, name, facts }: AccessEntry): string {
  return kind === "default privileges" ? roleOfDefaults(name) : (facts.owner ?? "");
}

/** Returns the role of a line such as `app_owner: SELECT`. The name of a role may contain a colon. */
export const granteeOf = (line: string): string => line.slice(0, line.lastIndexOf(": "));

/** Returns the role of `of app_owner in shop on tables`. */
function roleOfDefaults(name: string): string {
  return unquoteIdentifier(/^of ("(?:[^"]|"")*"|\S+) /.exec(name)?.[1] ?? "");
}

/** Returns the part and the table of `tenant_isolation on shop.orders`. */
export function splitPart(name: string): { readonly part: string; readonly table: string } {
  const [, part = "", table = name] = /^("(?:[^"]|"")*"|\S+) on (.*)$/s.exec(name) ?? [];
  return { part, table };
}

/** Returns the schema of `shop.orders`, and of `tenant_isolation on shop.orders`. */
export function schemaOf(kind: string, name: string): string {
  const place = ["constraint", "policy", "rule", "trigger"].includes(kind) ? splitPart(name).table : name;
  return /^("(?:[^"]|"")*"|[^."]+)\./.exec(place)?.[1] ?? "";
}

/** The end of a grant. The name of a role may contain line endings. */
const endOfGrant = /(?<=: [A-Z ]+\*?)\n/;

/** Returns the grants without those of the owner of a platform's object, which may be another role in the target. */
export function grantsOf(entry: AccessEntry): string[] {
  const lines = (entry.facts.grants ?? "").split(endOfGrant).filter((line) => line !== "");
  if (!isOfPlatform(entry)) return lines;
  return lines.filter((line) => granteeOf(line) !== entry.facts.owner);
}

export function byName(entries: readonly AccessEntry[]): Map<string, AccessEntry> {
  return new Map(entries.map((entry) => [keyOf(entry), entry]));
}

export function keyOf({ kind, name }: AccessEntry): string {
  return `${kind} ${withoutNeedlessQuotes(name)}`;
}

/**
 * Returns the name without quotes that only some versions write, because each quotes its own keywords: `json_array` is
 * one since version 16.
 */
export function withoutNeedlessQuotes(name: string): string {
  return name.replaceAll(/(?<!")"([a-z_][a-z0-9_$]*)"(?!")/g, "$1");
}
