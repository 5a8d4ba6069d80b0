import pg from "pg";
import type { AccessEntry } from "../postgres/access";
import { isPlatformOwner } from "../postgres/platform";
import { splitColumn } from "../postgres/sqlText";
import { byName, grantsOf, isOfPlatform, keyOf, kindsOfGrantsAlone } from "./accessEntries";
import { databaseCorrections, roleCorrections } from "./correctRoles";

const { escapeLiteral } = pg;

/**
 * The keyword of each kind of object in GRANT. Tables and routines of PostgreSQL itself are omitted: a superuser would grant
 * functions that read files of the server, and another version may protect other ones. Their differences are printed.
 */
const kindsOfGrants: Readonly<Record<string, string>> = {
  schema: "schema",
  table: "table",
  view: "table",
  "materialized view": "table",
  "foreign table": "table",
  sequence: "sequence",
  routine: "routine",
  type: "type",
  language: "language",
  "foreign data wrapper": "foreign data wrapper",
  "foreign server": "foreign server",
  "large object": "large object",
  database: "database",
};

/** Major versions of the source and of the target. */
export interface Versions {
  readonly sourceMajor: number;
  readonly targetMajor: number;
}

/**
 * Returns the grant that the owner of a relation of the application has in a newer version: before 17, every owner may
 * refresh, vacuum and reindex, and since then only one with the privilege MAINTAIN.
 */
export function impliedGrants(entry: AccessEntry, { sourceMajor, targetMajor }: Versions): string[] {
  const { owner } = entry.facts;
  const isRelation = kindsOfGrants[entry.kind] === "table";
  if (sourceMajor >= 17 || targetMajor < 17 || !isRelation || owner === undefined || isOfPlatform(entry))
    return [];
  return [`${owner}: MAINTAIN`];
}

/**
 * Returns the statements that turn the second inventory into the first.
 * @param database the name, quoted if necessary
 */
export function corrections(
  expected: readonly AccessEntry[],
  found: readonly AccessEntry[],
  given: Versions & { readonly database: string; readonly isProject: boolean },
): string[] {
  const { database, isProject } = given;
  const statements: string[] = [];
  const before = byName(found);
  for (const entry of expected) {
    const existing = before.get(keyOf(entry)) ?? withoutGrants(entry);
    if (existing === undefined) continue;
    if (entry.kind === "role" && isProject) statements.push(...roleCorrections(entry, existing));
    if (entry.kind === "database") statements.push(...databaseCorrections(entry, existing, database));
    const owner = entry.facts.owner;
    if (
      entry.kind === "schema" &&
      owner !== undefined &&
      owner !== existing.facts.owner &&
      !isPlatformOwner(owner)
    ) {
      statements.push(`alter schema ${entry.name} owner to ${quote(owner)}`);
    }
    const { comment } = entry.facts;
    if (entry.kind === "schema" && comment !== undefined && comment !== existing.facts.comment) {
      statements.push(
        `comment on schema ${entry.name} is ${comment === "" ? "null" : escapeLiteral(comment)}`,
      );
    }
    if (
      entry.kind === "routine" &&
      owner !== undefined &&
      owner !== existing.facts.owner &&
      !isOfPlatform(entry)
    )
      statements.push(giveRoutine(entry, owner));
    const implied = impliedGrants(entry, given);
    const wanted = [...grantsOf(entry), ...implied];
    const present = grantsOf(existing);
    const target = grantTarget(entry, database);
    if (target === undefined) continue;
    for (const grant of present.filter((line) => !wanted.includes(line))) {
      const { grantee, privilege } = parseGrant(grant);
      // Where only the owner has it, others may have granted all of their privileges, which include it in the new version.
      const cascade = privilege === "MAINTAIN" && implied.length > 0 ? " cascade" : "";
      statements.push(`revoke ${target(privilege)} from ${grantee}${cascade}`);
    }
    for (const grant of wanted.filter((line) => !present.includes(line))) {
      const { grantee, privilege, isGrantable } = parseGrant(grant);
      statements.push(`grant ${target(privilege)} to ${grantee}${isGrantable ? " with grant option" : ""}`);
    }
  }
  return statements;
}

/**
 * Returns the SQL that gives a routine its owner. The functions that create values of a range type belong to the role
 * that creates the type, and neither an archive nor a new owner of the type changes that. The owner may have lost the
 * privilege to create in the schema since.
 */
function giveRoutine({ name }: AccessEntry, owner: string): string {
  const schema = /^(?:"(?:[^"]|"")*"|[^."]+)/.exec(name)?.[0] ?? "";
  const give = `alter routine ${name} owner to ${quote(owner)}`;
  const create = `create on schema ${schema}`;
  return `do ${escapeLiteral(
    `begin ${give}; exception when insufficient_privilege then grant ${create} to ${quote(owner)}; ${give}; revoke ${create} from ${quote(owner)}; end`,
  )}`;
}

/** Returns an entry without grants for kinds that only have an entry if something was granted. */
function withoutGrants(entry: AccessEntry): AccessEntry | undefined {
  return kindsOfGrantsAlone.has(entry.kind) ? { ...entry, facts: { ...entry.facts, grants: "" } } : undefined;
}

/**
 * Returns the statements that revoke grants on columns of the platform's tables that the backup does not have. Such
 * columns are in no inventory.
 */
export function additions(expected: readonly AccessEntry[], found: readonly AccessEntry[]): string[] {
  const known = new Set(expected.map(keyOf));
  return found
    .filter((entry) => entry.kind === "column" && !known.has(keyOf(entry)))
    .flatMap((entry) =>
      grantsOf(entry).flatMap((grant) => {
        const { grantee, privilege } = parseGrant(grant);
        const target = grantTarget(entry, "");
        return target === undefined ? [] : [`revoke ${target(privilege)} from ${grantee}`];
      }),
    );
}

/** Returns `shop.orders` and SELECT as `select on table shop.orders`; undefined for kinds without grants. */
function grantTarget(
  { kind, name }: AccessEntry,
  database: string,
): ((privilege: string) => string) | undefined {
  if (kind === "column") {
    const { table, column } = splitColumn(name);
    return (privilege) => `${privilege} (${column}) on table ${table}`;
  }
  const keyword = kindsOfGrants[kind];
  if (keyword === undefined) return undefined;
  // The inventory omits the database's name, because a backup can be restored under another name.
  const object = kind === "database" ? database : name;
  return (privilege) => `${privilege} on ${keyword} ${object}`;
}

function parseGrant(line: string): { grantee: string; privilege: string; isGrantable: boolean } {
  const separator = line.lastIndexOf(": ");
  const grantee = line.slice(0, separator);
  const privilege = line.slice(separator + 2);
  const isGrantable = privilege.endsWith("*");
  return {
    grantee: grantee === "public" ? "public" : quote(grantee),
    privilege: isGrantable ? privilege.slice(0, -1) : privilege,
    isGrantable,
  };
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
