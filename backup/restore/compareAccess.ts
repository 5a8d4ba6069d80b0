import type pg from "pg";
import { type AccessEntry, readAccess } from "../postgres/access";
import {
  extensionsAtBirth,
  isPlatformOwner,
  platformEventTriggers,
  platformSchemas,
} from "../postgres/platform";
import { unquoteIdentifier } from "../postgres/sqlText";
import {
  attach,
  attachments,
  compareVersions,
  type ExtensionVersions,
  isCompared,
  isMissed,
  isSurplus,
  runThose,
} from "./attached";
import { databaseCorrections, roleCorrections } from "./correctRoles";

/** The differences between the snapshot and the target, as text. */
export interface AccessDifferences {
  /** In objects of the application: the restore does not match the backup. */
  readonly application: readonly string[];
  /** On the platform's objects, which belong to it and may be newer or older than at the source. */
  readonly platform: readonly string[];
}

/** The keyword of each kind of object in GRANT. */
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
  "system table": "table",
  "system routine": "routine",
};

/** Kinds that belong to the platform, to an extension or to PostgreSQL itself. */
const kindsOfPlatform = new Set([
  "comment",
  "database",
  "extension",
  "language",
  "role",
  "system routine",
  "system table",
]);

/** Kinds of objects without a schema. */
const kindsWithoutSchema = new Set([
  "event trigger",
  "foreign data wrapper",
  "foreign server",
  "language",
  "publication",
]);

export interface AccessContext {
  /** Major versions of the source and of the target. */
  readonly sourceMajor: number;
  readonly targetMajor: number;
  /** Whether something is known to be missing. */
  readonly isIncomplete: boolean;
  /**
   * The server belongs to the project, so its roles belong to the application. The roles of another server may serve
   * other databases.
   */
  readonly isProject: boolean;
  /** The objects to compare; default: all. */
  readonly isWanted?: (entry: AccessEntry) => boolean;
}

/**
 * Corrects the owners and grants that differ from the snapshot: grants on the database and on the platform's objects,
 * which no archive restores into a project, and grants that come from default privileges or from the restore itself.
 * Then compares everything that controls access.
 */
export async function restoreAccess(
  client: pg.Client,
  backedUp: readonly AccessEntry[],
  context: AccessContext,
): Promise<AccessDifferences> {
  const { isWanted = () => true } = context;
  const expected = backedUp.filter(isWanted);
  const { rows } = await client.query<{ name: string }>("select quote_ident(current_database()) as name");
  const all = await readAccess(client);
  const found = all.filter(isWanted);
  const database = rows[0]?.name ?? "";
  const versions = compareVersions(backedUp, all);
  await runThose(client, [
    ...attachments(expected, byName(found), { keyOf, versions }),
    ...corrections(expected, found, { ...context, database }),
    ...additions(expected, found),
  ]);
  return compareAccess(expected, (await readAccess(client)).filter(isWanted), { ...context, versions });
}

/**
 * Returns the statements that turn the second inventory into the first.
 * @param database the name, quoted if necessary
 */
function corrections(
  expected: readonly AccessEntry[],
  found: readonly AccessEntry[],
  { database, isProject }: { readonly database: string; readonly isProject: boolean },
): string[] {
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
    const wanted = grantsOf(entry);
    const present = grantsOf(existing);
    const target = grantTarget(entry, database);
    if (target === undefined) continue;
    for (const grant of present.filter((line) => !wanted.includes(line))) {
      const { grantee, privilege } = parseGrant(grant);
      statements.push(`revoke ${target(privilege)} from ${grantee}`);
    }
    for (const grant of wanted.filter((line) => !present.includes(line))) {
      const { grantee, privilege, isGrantable } = parseGrant(grant);
      statements.push(`grant ${target(privilege)} to ${grantee}${isGrantable ? " with grant option" : ""}`);
    }
  }
  return statements;
}

/** Returns an entry without grants for kinds that only have an entry if somebody granted something. */
function withoutGrants(entry: AccessEntry): AccessEntry | undefined {
  const isListedWithGrants = ["column", "system table", "system routine"].includes(entry.kind);
  return isListedWithGrants ? { ...entry, facts: { ...entry.facts, grants: "" } } : undefined;
}

/**
 * Returns the statements that revoke grants on columns of the platform's tables that the backup does not have. Such
 * columns are in no inventory.
 */
function additions(expected: readonly AccessEntry[], found: readonly AccessEntry[]): string[] {
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

/** Compares the inventory of the backup with that of the restored database. */
export function compareAccess(
  expected: readonly AccessEntry[],
  found: readonly AccessEntry[],
  context: AccessContext & { readonly versions?: ExtensionVersions },
): AccessDifferences {
  const { versions = compareVersions(expected, found) } = context;
  const application: string[] = [];
  const platform: string[] = [];
  const after = byName(found);
  for (const entry of expected) {
    const differences = isOfPlatform(entry) ? platform : application;
    const restored = after.get(keyOf(entry));
    const what = `${entry.kind} ${entry.name}`;
    if (restored === undefined) {
      if (isReportedMissing(entry, differences === application, { ...context, versions })) {
        const sql = differences === platform ? attach(entry) : undefined;
        differences.push(`${what} is missing${sql === undefined ? "" : `: ${sql}`}`);
      }
      continue;
    }
    for (const fact of new Set([...Object.keys(entry.facts), ...Object.keys(restored.facts)])) {
      if (!isCompared(fact, entry, versions)) continue;
      // Older backups do not have them.
      if ((entry.kind === "role" || entry.kind === "database") && entry.facts[fact] === undefined) continue;
      if (fact === "body" && entry.facts.definition !== undefined) continue;
      if (isDeparsed(fact) && context.sourceMajor !== context.targetMajor) continue;
      if (fact === "owner" && differences === platform) continue;
      const [wanted, present] = [entry, restored].map((one) => comparable(fact, one, context));
      if (wanted === present) continue;
      differences.push(`${what}: ${fact} ${describe(wanted)} in the backup, ${describe(present)} here`);
    }
  }
  const known = new Set(expected.map(keyOf));
  for (const entry of found) {
    if (known.has(keyOf(entry))) continue;
    if (entry.kind === "extension" && !extensionsAtBirth.has(unquoteIdentifier(entry.name)))
      platform.push(`extension ${entry.name} is not in the backup, and stays`);
    if (entry.kind === "column")
      platform.push(
        `column ${entry.name}: grants nothing in the backup, ${describe(entry.facts.grants)} here`,
      );
    if (isSurplus(entry, expected, versions))
      platform.push(`${entry.kind} ${entry.name} is not in the backup, and stays`);
    if (isOfPlatform(entry)) continue;
    if (entry.kind === "default privileges")
      application.push(`${entry.kind} ${entry.name} are not in the backup`);
  }
  return { application, platform };
}

/** Returns whether to report that the target lacks an object. One that could not be created is reported with its SQL. */
function isReportedMissing(
  entry: AccessEntry,
  isOfApplication: boolean,
  {
    isIncomplete,
    isProject,
    versions,
  }: Pick<AccessContext, "isIncomplete" | "isProject"> & { readonly versions: ExtensionVersions },
): boolean {
  const { kind, name, facts } = entry;
  if (isOfApplication) return !isIncomplete;
  if (facts.extension === undefined) {
    // What a superuser created without a schema may belong to the application.
    if (isProject && kindsWithoutSchema.has(kind))
      return !(kind === "event trigger" && platformEventTriggers.has(name));
    // On a plain server the archive also creates the platform's objects.
    if (!isProject && isIncomplete) return false;
  }
  return isMissed(entry, versions);
}

/** Returns whether each version writes the text differently. */
function isDeparsed(fact: string): boolean {
  return fact === "using" || fact === "with check" || fact === "definition";
}

function comparable(fact: string, entry: AccessEntry, { sourceMajor, targetMajor }: AccessContext): string {
  if (fact !== "grants") return entry.facts[fact] ?? "";
  // Version 17 has another privilege, which is part of `all`.
  const ignored = sourceMajor < 17 || targetMajor < 17 ? /: MAINTAIN\*?$/ : undefined;
  return grantsOf(entry)
    .filter((line) => ignored === undefined || !ignored.test(line))
    .join("\n");
}

function describe(text: string | undefined): string {
  return text === undefined || text === "" ? "nothing" : `"${text.replaceAll("\n", ", ")}"`;
}

/** Returns whether an object belongs to the platform: by its owner, or without one, by the schema of its parent. */
function isOfPlatform({ kind, name, facts }: AccessEntry): boolean {
  if (facts.extension !== undefined || kindsOfPlatform.has(kind)) return true;
  if (kind === "default privileges")
    return isPlatformOwner(/^of (.*?)(?: in .*)? on \w+$/.exec(name)?.[1] ?? "");
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

/** Returns the schema of `shop.orders`, and of `tenant_isolation on shop.orders`. */
function schemaOf(kind: string, name: string): string {
  const place = ["constraint", "policy", "rule", "trigger"].includes(kind)
    ? name.slice(name.lastIndexOf(" on ") + " on ".length)
    : name;
  return /^("(?:[^"]|"")*"|[^."]+)\./.exec(place)?.[1] ?? "";
}

/** Returns the grants without those of the owner of a platform's object, which may be another role in the target. */
function grantsOf(entry: AccessEntry): string[] {
  const lines = (entry.facts.grants ?? "").split("\n").filter((line) => line !== "");
  if (!isOfPlatform(entry)) return lines;
  return lines.filter((line) => line.slice(0, line.lastIndexOf(": ")) !== entry.facts.owner);
}

/** Returns `shop.orders` and SELECT as `select on table shop.orders`; undefined for kinds without grants. */
function grantTarget(
  { kind, name }: AccessEntry,
  database: string,
): ((privilege: string) => string) | undefined {
  if (kind === "column") {
    const found = /^(.*)\.("(?:[^"]|"")*"|[^."]+)$/s.exec(name);
    const [, table, column] = found ?? [];
    return table === undefined ? undefined : (privilege) => `${privilege} (${column}) on table ${table}`;
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

function byName(entries: readonly AccessEntry[]): Map<string, AccessEntry> {
  return new Map(entries.map((entry) => [keyOf(entry), entry]));
}

function keyOf({ kind, name }: AccessEntry): string {
  return `${kind} ${withoutNeedlessQuotes(name)}`;
}

/**
 * Returns the name without quotes that only some versions write, because each quotes its own keywords: `json_array` is
 * one since version 16.
 */
export function withoutNeedlessQuotes(name: string): string {
  return name.replaceAll(/(?<!")"([a-z_][a-z0-9_$]*)"(?!")/g, "$1");
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
