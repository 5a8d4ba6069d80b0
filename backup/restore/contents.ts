import {
  hasFixedDefaults,
  isPlatformOwner,
  platformEventTriggers,
  platformPublications,
  platformSchemas,
} from "../postgres/platform";
import { unquoteIdentifier } from "../postgres/sqlText";

/** An entry of an archive's table of contents, as `pg_restore --list` prints it. */
export interface Entry {
  /** Its number in the archive. */
  readonly id: number;
  /** `TABLE`, `POLICY`, `ACL`, … */
  readonly kind: string;
  /** Undefined for objects without a schema. */
  readonly schema: string | undefined;
  /** `customers`, `customers tenant_isolation` for a policy, `TABLE customers` for the grants of a table. */
  readonly tag: string;
  readonly owner: string;
}

/** Kinds of more than one word, which are needed to split a line into words. */
const kindsOfSeveralWords = [
  "ACCESS METHOD",
  "CHECK CONSTRAINT",
  "DEFAULT ACL",
  "EVENT TRIGGER",
  "FK CONSTRAINT",
  "FOREIGN DATA WRAPPER",
  "FOREIGN SERVER",
  "FOREIGN TABLE",
  "INDEX ATTACH",
  "LARGE OBJECT",
  "MATERIALIZED VIEW",
  "MATERIALIZED VIEW DATA",
  "OPERATOR CLASS",
  "OPERATOR FAMILY",
  "PROCEDURAL LANGUAGE",
  "PUBLICATION TABLE",
  "PUBLICATION TABLES IN SCHEMA",
  "ROW SECURITY",
  "SECURITY LABEL",
  "SEQUENCE OWNED BY",
  "SEQUENCE SET",
  "SHELL TYPE",
  "STATISTICS DATA",
  "TABLE ATTACH",
  "TABLE DATA",
  "TEXT SEARCH CONFIGURATION",
  "TEXT SEARCH DICTIONARY",
  "TEXT SEARCH PARSER",
  "TEXT SEARCH TEMPLATE",
  "USER MAPPING",
].sort((a, b) => b.length - a.length);

/** Parses the output of `pg_restore --list`. Schemas and roles with spaces in their names are passed in. */
export function parseContents(
  list: string,
  names: { readonly schemas: readonly string[]; readonly roles: readonly string[] },
): Entry[] {
  const schemas = [...names.schemas].sort((a, b) => b.length - a.length);
  const roles = [...names.roles].sort((a, b) => b.length - a.length);
  return list.split("\n").flatMap((line) => {
    const [, number, text] = /^(\d+); \d+ \d+ (.*)$/.exec(line) ?? [];
    if (text === undefined) return [];
    const kind =
      kindsOfSeveralWords.find((words) => text.startsWith(`${words} `)) ?? text.split(" ", 1)[0] ?? "";
    const afterKind = text.slice(kind.length + 1);
    const schema = afterKind.startsWith("- ")
      ? undefined
      : schemas.find((name) => afterKind.startsWith(`${name} `));
    const afterSchema = afterKind.slice((schema ?? "-").length + 1);
    const owner = roles.find((name) => afterSchema.endsWith(` ${name}`)) ?? "";
    const tag = owner === "" ? afterSchema.trimEnd() : afterSchema.slice(0, -owner.length - 1);
    return [{ id: Number(number), kind, schema, tag, owner }];
  });
}

/** The kind of target: a Supabase project already has the platform's objects, a plain database has none. */
export interface TargetShape {
  readonly isProject: boolean;
  /** Policies and triggers of the platform's tables, as `schema.table name`. */
  readonly onPlatformTables: ReadonlySet<string>;
  /** Names of the existing schemas. */
  readonly schemas: ReadonlySet<string>;
  /** The existing publications, and whether each publishes all tables. */
  readonly publications: ReadonlyMap<string, boolean>;
}

/** An entry with the statements that create it. */
type EntryWithSql = Entry & { readonly sql: string };

/** Selects the entries of the schema archive that this target needs, in the order of the archive. */
export function selectEntries<T extends EntryWithSql>(entries: readonly T[], shape: TargetShape): T[] {
  // No archive contains the schemas of an extension, and a plain database may not have the extension.
  const archived = new Set([
    "public",
    ...entries.filter(({ kind }) => kind === "SCHEMA").map(({ tag }) => tag),
  ]);
  const isOfPlatform = triggersOfPlatform(entries);
  return entries.filter(
    (entry) =>
      !isStateOfForeignKey(entry) &&
      (shape.isProject
        ? isWantedInProject(entry, shape) && !isOfPlatform(entry)
        : isWantedInPlain(entry, archived)),
  );
}

/**
 * Returns whether an entry disables the trigger of a partition's foreign key, which has another name in each database.
 * The manifest names the foreign key as not covered.
 */
function isStateOfForeignKey({ kind, tag }: Entry): boolean {
  return kind === "TRIGGER" && / RI_ConstraintTrigger_[ac]_\d+$/.test(tag);
}

/** Returns the function that a trigger calls, if its names are words. */
function functionOf({ sql }: EntryWithSql): { readonly schema: string; readonly name: string } {
  const [, schema = "", name = ""] = /\bEXECUTE FUNCTION "?(\w+)"?\."?(\w+)"?\(/.exec(sql) ?? [];
  return { schema, name };
}

/**
 * Returns whether an entry is a trigger that the platform created on its own table: it calls a function of the platform
 * in the same schema. Another version of the platform may have neither.
 */
function triggersOfPlatform(entries: readonly EntryWithSql[]): (entry: EntryWithSql) => boolean {
  const functions = new Set(
    entries.flatMap(({ kind, schema = "", tag, owner }) =>
      kind === "FUNCTION" && platformSchemas.has(schema) && isPlatformOwner(owner)
        ? [`${schema}.${tag.slice(0, tag.indexOf("("))}`]
        : [],
    ),
  );
  return (entry) => {
    if (entry.kind !== "TRIGGER") return false;
    const { schema, name } = functionOf(entry);
    return schema === entry.schema && functions.has(`${schema}.${name}`);
  };
}

/**
 * Selects what a project has before an application is deployed: the platform's own objects, with their grants, and the
 * extensions that they need.
 */
export function selectPlatformEntries<T extends EntryWithSql>(
  entries: readonly T[],
  extensions: ReadonlySet<string>,
): T[] {
  const ofPlatform = entries.filter(
    ({ kind, tag, owner }) =>
      kind === "SCHEMA" && platformSchemas.has(tag) && (isPlatformOwner(owner) || tag === "extensions"),
  );
  const shape = {
    isProject: true,
    onPlatformTables: new Set<string>(),
    schemas: new Set(ofPlatform.map(({ tag }) => tag)),
    publications: new Map(
      entries.flatMap((entry) =>
        entry.kind === "PUBLICATION" ? [[entry.tag, publishesAll(entry)] as const] : [],
      ),
    ),
  };
  return selectEntries(entries, { ...shape, isProject: false }).filter((entry) => {
    const { kind, schema = "", tag } = entry;
    if (kind === "EXTENSION") return extensions.has(tag);
    if (kind === "TRIGGER" && platformSchemas.has(schema))
      return platformSchemas.has(functionOf(entry).schema);
    return !isWantedInProject(entry, shape);
  });
}

/** Returns whether an entry is a schema or a grant on one, which owners of tables need before the first table. */
export function isAboutSchema({ kind, schema, tag }: Entry): boolean {
  return schema === undefined && (kind === "SCHEMA" || (kind === "ACL" && tag.startsWith("SCHEMA ")));
}

function isWantedInProject(entry: EntryWithSql, shape: TargetShape): boolean {
  const { kind, schema, tag, owner } = entry;
  if (isCommentOnExtension(entry)) return false;
  if (kind === "EXTENSION") return true;
  if (kind === "DEFAULT ACL") return !hasFixedDefaults(owner);
  if (schema !== undefined) {
    if (!platformSchemas.has(schema) || !isPlatformOwner(owner)) return true;
    // What an application adds to the platform's own tables.
    return (kind === "POLICY" || kind === "TRIGGER") && !shape.onPlatformTables.has(`${schema}.${tag}`);
  }
  switch (kind) {
    case "SCHEMA":
      // The entry of `public` creates nothing, but sets the schema's owner.
      return (
        tag === "public" || !(shape.schemas.has(tag) || (platformSchemas.has(tag) && isPlatformOwner(owner)))
      );
    case "ACL":
    case "COMMENT":
    case "SECURITY LABEL":
      if (tag.startsWith("SCHEMA ")) return isWantedOfSchema(kind, schemaNamed(tag), owner);
      return !isPlatformOwner(owner);
    case "PUBLICATION":
      if (!platformPublications.has(tag)) return true;
      // No statement alters whether a publication publishes all tables.
      return !isPlatformOwner(owner) && shape.publications.get(tag) !== publishesAll(entry);
    default:
      return !isPlatformOwner(owner);
  }
}

function isWantedInPlain(entry: Entry, archivedSchemas: ReadonlySet<string>): boolean {
  const { kind, schema, tag, owner } = entry;
  if (isCommentOnExtension(entry) || (kind === "ACL" && schema === "extensions" && isPlatformOwner(owner))) {
    return false;
  }
  // The schema of an extension is not archived, and may contain objects of the application.
  if (schema !== undefined) return archivedSchemas.has(schema) || !platformSchemas.has(schema);
  if (tag.startsWith("SCHEMA ")) {
    const name = schemaNamed(tag);
    return archivedSchemas.has(name) && (name !== "public" || kind === "ACL");
  }
  // Event triggers of the platform for programs that do not exist here.
  const trigger = kind === "EVENT TRIGGER" ? tag : /^EVENT TRIGGER (.*)$/s.exec(tag)?.[1];
  return trigger === undefined || !platformEventTriggers.has(unquoteIdentifier(trigger));
}

function publishesAll({ sql }: EntryWithSql): boolean {
  return /^CREATE PUBLICATION (?:"(?:[^"]|"")*"|\S+) FOR ALL TABLES\b/m.test(sql);
}

/** Returns the schema that the tag of a grant or a comment names: `SCHEMA "Odd one"`. */
function schemaNamed(tag: string): string {
  return unquoteIdentifier(tag.slice("SCHEMA ".length));
}

/**
 * Returns whether to restore an entry about a schema. The comment on `public` and privileges on the platform's schemas
 * are compared later.
 */
function isWantedOfSchema(kind: string, schema: string, owner: string): boolean {
  if (schema === "public") return kind === "ACL";
  return !platformSchemas.has(schema) || !(isPlatformOwner(owner) || schema === "extensions");
}

/** Returns whether an entry belongs to the extension's owner, who creates it with the extension. */
function isCommentOnExtension({ kind, tag }: Entry): boolean {
  return kind === "COMMENT" && tag.startsWith("EXTENSION ");
}
