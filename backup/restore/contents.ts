import { platformPublications, platformRoles, platformSchemas } from "../postgres/platform";

/** An entry of an archive's table of contents, as `pg_restore --list` prints it. */
export interface Entry {
  /** The whole line: what `pg_restore --use-list` wants. */
  readonly line: string;
  /** `TABLE`, `POLICY`, `ACL`, … */
  readonly kind: string;
  /** Undefined for what belongs to no schema. */
  readonly schema: string | undefined;
  /** `customers`, `customers tenant_isolation` for a policy, `TABLE customers` for the grants of a table. */
  readonly tag: string;
  readonly owner: string;
}

/** Kinds of more than one word; without them the words of a line cannot be told apart. */
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

/** Reads what `pg_restore --list` prints; schemas and roles with blanks in their names are known by being told. */
export function parseContents(
  list: string,
  names: { readonly schemas: readonly string[]; readonly roles: readonly string[] },
): Entry[] {
  const schemas = [...names.schemas].sort((a, b) => b.length - a.length);
  const roles = [...names.roles].sort((a, b) => b.length - a.length);
  return list.split("\n").flatMap((line) => {
    const text = /^\d+; \d+ \d+ (.*)$/.exec(line)?.[1];
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
    return [{ line, kind, schema, tag, owner }];
  });
}

/** What a target is: a Supabase project has the platform's objects already, a plain database has nothing. */
export interface TargetShape {
  readonly isProject: boolean;
  /** Policies and triggers that the platform's tables have, as `schema.table name`. */
  readonly onPlatformTables: ReadonlySet<string>;
}

export interface SelectedEntries {
  /** Schemas and the rights on them: owners of tables need them before the first table. */
  readonly schemas: readonly Entry[];
  readonly rest: readonly Entry[];
}

/** The entries of the schema archive that this target needs, in the order of the archive. */
export function selectEntries(entries: readonly Entry[], shape: TargetShape): SelectedEntries {
  // Schemas that an extension brings are in no archive, and a plain database may not have the extension.
  const archived = new Set([
    "public",
    ...entries.filter(({ kind }) => kind === "SCHEMA").map(({ tag }) => tag),
  ]);
  const wanted = entries.filter((entry) =>
    shape.isProject ? isWantedInProject(entry, shape) : isWantedInPlain(entry, archived),
  );
  const isSchema = ({ kind, schema, tag }: Entry): boolean =>
    schema === undefined && (kind === "SCHEMA" || (kind === "ACL" && tag.startsWith("SCHEMA ")));
  return { schemas: wanted.filter(isSchema), rest: wanted.filter((entry) => !isSchema(entry)) };
}

function isWantedInProject(entry: Entry, shape: TargetShape): boolean {
  const { kind, schema, tag, owner } = entry;
  if (isOfExtension(entry)) return false;
  if (kind === "DEFAULT ACL") return !isPlatformRole(owner);
  if (schema !== undefined) {
    if (!platformSchemas.has(schema)) return true;
    // What an application adds to the platform's own tables.
    return (kind === "POLICY" || kind === "TRIGGER") && !shape.onPlatformTables.has(`${schema}.${tag}`);
  }
  switch (kind) {
    case "SCHEMA":
      return tag !== "public" && !platformSchemas.has(tag);
    case "ACL":
    case "COMMENT":
    case "SECURITY LABEL":
      if (tag.startsWith("SCHEMA ")) return isWantedOfSchema(kind, tag.slice("SCHEMA ".length));
      return !isPlatformRole(owner);
    case "PUBLICATION":
      return !platformPublications.has(tag);
    default:
      return !isPlatformRole(owner);
  }
}

function isWantedInPlain(entry: Entry, archivedSchemas: ReadonlySet<string>): boolean {
  const { kind, schema, tag, owner } = entry;
  if (isOfExtension(entry) || (kind === "ACL" && schema === "extensions")) return false;
  if (schema !== undefined) return archivedSchemas.has(schema);
  if (kind === "SCHEMA") return tag !== "public";
  if (tag.startsWith("SCHEMA ")) {
    const name = tag.slice("SCHEMA ".length);
    return archivedSchemas.has(name) && (name !== "public" || kind === "ACL");
  }
  // The platform's own watch for programs that are not there.
  return kind !== "EVENT TRIGGER" || !isPlatformRole(owner);
}

/** The comment on `public` is the server's own, and belongs to its owner. */
function isWantedOfSchema(kind: string, schema: string): boolean {
  if (schema === "public") return kind === "ACL";
  return !platformSchemas.has(schema);
}

/** Extensions are made one by one, before the tables that use them. */
function isOfExtension({ kind, tag }: Entry): boolean {
  return kind === "EXTENSION" || (kind === "COMMENT" && tag.startsWith("EXTENSION "));
}

function isPlatformRole(role: string): boolean {
  return role !== "postgres" && role in platformRoles;
}
