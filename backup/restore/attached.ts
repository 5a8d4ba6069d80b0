import pg from "pg";
import { type AccessEntry, readTextSearch } from "../postgres/access";
import { columnOrder } from "../postgres/columnOrder";
import { splitColumn, unquoteIdentifier } from "../postgres/sqlText";
import { byName, isOfSystem, keyOf, splitPart } from "./accessEntries";
import { changeConfiguration, changeDictionary } from "./textSearch";

const { escapeIdentifier, escapeLiteral } = pg;

/** Kinds of what can be added to an object that an extension or the platform creates. */
const attachedKinds: ReadonlySet<string> = new Set([
  "table column",
  "index",
  "constraint",
  "rule",
  "trigger",
  "policy",
  "publication member",
  "comment",
  "security label",
  "rows of extension",
]);

/** Facts that only some objects have, such as members of extensions. Backups of older programs lack them. */
const factsOfSome: ReadonlySet<string> = new Set([
  "body",
  "changed owner",
  "comment",
  "content",
  "definition",
  "extension",
  "owned by",
]);

/** Kinds of which each platform has its own, and those that other steps of a restore report. */
const reportedElsewhere: ReadonlySet<string> = new Set([
  columnOrder,
  "database",
  "default privileges",
  "event trigger",
  "extension",
  "foreign data wrapper",
  "foreign server",
  "language",
  "publication",
  "role",
]);

/** Partitions that Realtime creates each day. */
const daily = /\brealtime\.messages_\d/;

/** The extensions of two inventories, with their versions. */
export interface ExtensionVersions {
  /** Returns whether both have the extension in the same version, so that what it creates is the same in both. */
  isSame(extension: string): boolean;
  /** Returns whether the second one has the extension. */
  isThere(extension: string): boolean;
}

export function compareVersions(
  expected: readonly AccessEntry[],
  found: readonly AccessEntry[],
): ExtensionVersions {
  const [wanted, present] = [expected, found].map(
    (entries) =>
      new Map(
        entries.flatMap(({ kind, name, facts }) =>
          kind === "extension" ? [[unquoteIdentifier(name), facts.version] as const] : [],
        ),
      ),
  );
  return {
    isSame: (extension) =>
      present?.has(extension) === true && wanted?.get(extension) === present.get(extension),
    isThere: (extension) => present?.has(extension) === true,
  };
}

/** Returns whether to compare a fact. Other versions of an extension have other definitions. */
export function isCompared(fact: string, { facts }: AccessEntry, versions: ExtensionVersions): boolean {
  if (!factsOfSome.has(fact)) return true;
  if (facts[fact] === undefined) return false;
  return facts.extension === undefined || versions.isSame(facts.extension);
}

/** Returns whether to report that the target lacks an object that an extension or the platform creates, or a part of one. */
export function isMissed({ kind, name, facts }: AccessEntry, versions: ExtensionVersions): boolean {
  if (facts.extension === undefined) return !reportedElsewhere.has(kind) && !daily.test(name);
  if (!versions.isThere(facts.extension)) return false;
  return versions.isSame(facts.extension) || attachedKinds.has(kind);
}

/** Returns whether a part of an extension's object is only in the target. The snapshot lacks what was removed. */
export function isSurplus(
  { kind, facts }: AccessEntry,
  expected: readonly AccessEntry[],
  versions: ExtensionVersions,
): boolean {
  return (
    facts.extension !== undefined &&
    attachedKinds.has(kind) &&
    versions.isSame(facts.extension) &&
    // Backups of older programs have no such entries.
    expected.some((entry) => entry.kind === "table column")
  );
}

/** Kinds that are changed if the target has another definition. Others are only added. */
const changeableKinds: ReadonlySet<string> = new Set([
  "comment",
  "routine",
  "sequence",
  "system comment",
  "system text search configuration",
  "system text search dictionary",
  "text search configuration",
  "text search dictionary",
]);

export function isTextSearch(kind: string): boolean {
  return /text search (?:configuration|dictionary)$/.test(kind);
}

/**
 * Returns the SQL that adds a part to a member of an extension or to an object of PostgreSQL itself, or changes it to
 * that of the backup; undefined if there is none.
 *
 * @param present the definition in the target
 */
export function attach({ kind, name, facts }: AccessEntry, present = ""): string | undefined {
  const { definition = "" } = facts;
  const { part, table: whole } = splitPart(name);
  switch (kind) {
    case "table column": {
      const { table, column } = splitColumn(name);
      return `alter table ${table} add column ${column} ${definition}`;
    }
    case "sequence":
      return facts["owned by"] === undefined || definition === ""
        ? undefined
        : `${createSequence({ name, facts })}; alter sequence ${name} owned by ${facts["owned by"]}`;
    case "constraint":
      return `alter table ${whole} add constraint ${part} ${definition}`;
    case "publication member": {
      const separator = name.lastIndexOf(" in ");
      return `alter publication ${name.slice(separator + 4)} add table ${name.slice(0, separator)} ${definition}`;
    }
    case "comment":
    case "system comment":
      return `comment on ${commented(name)} is ${escapeLiteral(definition)}`;
    case "text search configuration":
    case "system text search configuration":
      return facts.definition === undefined ? undefined : changeConfiguration(name, definition);
    case "text search dictionary":
    case "system text search dictionary":
      return facts.definition === undefined ? undefined : changeDictionary(name, definition, present);
    case "trigger":
      return [
        definition,
        ...enable(facts.enabled).map((mode) => `alter table ${whole} ${mode} trigger ${part}`),
      ].join("; ");
    case "policy":
    case "index":
    case "rule":
    case "routine":
      return definition === "" ? undefined : definition;
    default:
      return undefined;
  }
}

function createSequence({ name, facts }: Pick<AccessEntry, "name" | "facts">): string {
  return `${facts.definition}; alter sequence ${name} owner to ${escapeIdentifier(facts.owner ?? "")}`;
}

function enable(state: string | undefined): string[] {
  const modes: Readonly<Record<string, string>> = { D: "disable", A: "enable always", R: "enable replica" };
  const mode = modes[state ?? ""];
  return mode === undefined ? [] : [mode];
}

/** Returns what `comment on` calls an object that PostgreSQL identifies as `table column x.y.z`. */
function commented(identity: string): string {
  return identity
    .replace(/^(?:table|view|materialized view|foreign table|composite type) column /, "column ")
    .replace(/^(aggregate .*)\(\)$/s, "$1(*)")
    .replace(/^transform for (.*) on language /s, "transform for $1 language ")
    .replace(/^table constraint /, "constraint ")
    .replace(/^foreign-data wrapper /, "foreign data wrapper ")
    .replace(/^composite type /, "type ")
    .replace(/^statistics object /, "statistics ")
    .replace(/^domain constraint (.*) on (.*)$/s, "constraint $1 on domain $2");
}

/**
 * Returns the statements that give members of extensions and objects of PostgreSQL itself what the backup has. Only
 * where the extension has the same version: another one has other tables, columns and functions.
 */
export function attachments(
  expected: readonly AccessEntry[],
  found: ReadonlyMap<string, AccessEntry>,
  versions: ExtensionVersions,
): string[] {
  return expected.flatMap((entry) => {
    const { extension, definition } = entry.facts;
    if (definition === undefined) return [];
    if (extension === undefined ? !isOfSystem(entry.kind) : !versions.isSame(extension)) return [];
    const present = found.get(keyOf(entry));
    if (present?.facts.definition === definition) return [];
    if (present !== undefined && !changeableKinds.has(entry.kind)) return [];
    return attach(entry, present?.facts.definition) ?? [];
  });
}

/**
 * Adds what rows need to objects of extensions of the same version and of PostgreSQL itself: columns with their
 * sequences, and the text search that generated columns and indexes use. What needs a type, a function or a dictionary
 * that does not exist yet is skipped: call this again when it exists, before rows are loaded.
 */
export async function attachBeforeRows(client: pg.Client, access: readonly AccessEntry[]): Promise<void> {
  const versionOf = new Map(
    access
      .filter(({ kind }) => kind === "extension")
      .map(({ name, facts }) => [unquoteIdentifier(name), facts.version]),
  );
  const { rows: extensions } = await client.query<{ name: string; version: string }>(
    "select extname as name, extversion as version from pg_catalog.pg_extension",
  );
  const same = new Set(
    extensions.filter(({ name, version }) => versionOf.get(name) === version).map(({ name }) => name),
  );
  const versions = { isSame: (name: string) => same.has(name), isThere: (name: string) => same.has(name) };
  const ofExtensions = access.filter(
    ({ facts }) => facts.extension !== undefined && same.has(facts.extension),
  );
  const sequences = ofExtensions.filter(
    ({ kind, facts }) =>
      kind === "sequence" && facts["owned by"] !== undefined && facts.definition !== undefined,
  );
  const columns = ofExtensions.filter(({ kind }) => kind === "table column");
  const { rows } = await client.query<{ name: string }>(
    `select name from unnest($1::text[]) c(name)
     where not exists (select from pg_catalog.pg_attribute a join pg_catalog.pg_class t on t.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = t.relnamespace
       where a.attnum > 0 and not a.attisdropped and pg_catalog.format('%I.%I.%I', n.nspname, t.relname, a.attname) = c.name)`,
    [columns.map(({ name }) => name)],
  );
  const lacking = new Set(rows.map(({ name }) => name));
  const textSearch = access.filter(({ kind }) => isTextSearch(kind));
  await runThose(client, [
    ...sequences.map(createSequence),
    ...columns.filter(({ name }) => lacking.has(name)).flatMap((entry) => attach(entry) ?? []),
    ...attachments(textSearch, byName(await readTextSearch(client)), versions),
  ]);
}

/**
 * Runs the statements that the role may run, and those that failed again: they may need another one. What still fails
 * leaves a difference, which is reported.
 */
export async function runThose(client: pg.Client, statements: readonly string[]): Promise<void> {
  const failed: string[] = [];
  for (const statement of statements) {
    await client.query(statement).catch((error: { code?: string }) => {
      if (error.code === undefined) throw error;
      failed.push(statement);
    });
  }
  if (failed.length > 0 && failed.length < statements.length) await runThose(client, failed);
}
