import { identifierPattern as identifier } from "../source/identifiers";

/** The parts of an object's identity. Names are quoted where SQL requires it. */
export interface ObjectIdentity {
  readonly kind: string;
  /** The schema that contains the object, or is the object; undefined for an object without a schema. */
  readonly schema?: string;
  /** The parent table, view or type, with its schema; for a member of a publication, the table or schema. */
  readonly parent?: string;
  /** The name as in statements, with its schema if it has no parent; the plain text for jobs and buckets. */
  readonly name: string;
  /** The role as which a job runs: two roles may have a job of the same name. */
  readonly user?: string;
  /** For default privileges: the role whose objects they apply to, as in statements, and the kind of objects. */
  readonly defaults?: { readonly role: string; readonly objects: string };
}

/** `kind schema.parent name`: a part of a table, view or domain. */
const partKinds = ["column", "constraint", "policy", "trigger", "rule"];

/** `kind name`, without a schema; the names are not parsed. A kind comes before one that is its prefix. */
const databaseKinds = [
  "access method",
  "accounts",
  "applied file",
  "bucket",
  "built-in functions",
  "built-in operators",
  "built-in privileges",
  "built-in views",
  "cast",
  "database settings",
  "database",
  "event trigger",
  "extension privilege",
  "extension",
  "foreign privilege",
  "foreign-data wrapper",
  "history record",
  "installed language",
  "large object",
  "membership",
  "migration record",
  "OAuth client",
  "OAuth provider",
  "other database",
  "parameter privilege",
  "platform",
  "publication",
  "replication slot",
  "role settings",
  "role",
  "SAML provider",
  "security label",
  "server setting",
  "server",
  "SSO domain",
  "SSO provider",
  "subscription",
  "system privilege",
  "user mapping",
  "withheld privilege",
];

const schemaIdentity = new RegExp(`^schema (${identifier})$`);
const partIdentity = new RegExp(`^(${partKinds.join("|")}) ((${identifier})\\.${identifier}) (.+)$`, "s");
const publicationTable = new RegExp(`^publication table (${identifier}) ((${identifier})\\.${identifier})$`);
const publicationSchema = new RegExp(`^publication schema (${identifier}) (${identifier})$`);
const defaultPrivileges = new RegExp(`^default privileges ((${identifier})(?: in (${identifier}))? (\\w+))$`);
/** The user comes last, because a job's name may contain anything. */
const cronJob = new RegExp(`^cron job (.*) of (${identifier})$`, "s");
/** Named after its type, which may have a schema. */
const transformIdentity = new RegExp(
  `^transform (for (?:(${identifier})\\.)?.+ language ${identifier})$`,
  "s",
);
const databaseIdentity = new RegExp(`^(${databaseKinds.join("|")})(?: (.+))?$`, "s");
const schemaObject = new RegExp(`^([a-z ]+?) ((${identifier})\\..+)$`, "s");

/** A deployment parses each identity of a catalog several times. */
const known = new Map<string, ObjectIdentity>();

/** Parses an identity of a catalog: `policy shared.customers "own rows"`. */
export function partsOfIdentity(identity: string): ObjectIdentity {
  let parts = known.get(identity);
  if (parts === undefined) {
    parts = parse(identity);
    known.set(identity, parts);
  }
  return parts;
}

/** Writes the identity that {@link partsOfIdentity} reads. */
export function printIdentity({ kind, parent, name, user }: ObjectIdentity): string {
  if (user !== undefined) return `${kind} ${name} of ${user}`;
  if (parent === undefined) return name === "" ? kind : `${kind} ${name}`;
  return kind.startsWith("publication ") ? `${kind} ${name} ${parent}` : `${kind} ${parent} ${name}`;
}

function parse(identity: string): ObjectIdentity {
  const schema = schemaIdentity.exec(identity);
  if (schema) return { kind: "schema", schema: schema[1] ?? "", name: schema[1] ?? "" };
  const part = partIdentity.exec(identity);
  if (part) return { kind: part[1] ?? "", parent: part[2] ?? "", schema: part[3] ?? "", name: part[4] ?? "" };
  const member = publicationTable.exec(identity);
  if (member)
    return {
      kind: "publication table",
      name: member[1] ?? "",
      parent: member[2] ?? "",
      schema: member[3] ?? "",
    };
  const published = publicationSchema.exec(identity);
  if (published)
    return {
      kind: "publication schema",
      name: published[1] ?? "",
      parent: published[2] ?? "",
      schema: published[2] ?? "",
    };
  const privileges = defaultPrivileges.exec(identity);
  if (privileges) {
    const [, name = "", role = "", schema, objects = ""] = privileges;
    const place = schema === undefined ? {} : { schema };
    return { kind: "default privileges", name, ...place, defaults: { role, objects } };
  }
  const job = cronJob.exec(identity);
  if (job) return { kind: "cron job", name: job[1] ?? "", user: job[2] ?? "" };
  const transform = transformIdentity.exec(identity);
  if (transform) {
    const [, name = "", schema] = transform;
    return { kind: "transform", name, ...(schema === undefined ? {} : { schema }) };
  }
  const ofDatabase = databaseIdentity.exec(identity);
  if (ofDatabase) return { kind: ofDatabase[1] ?? "", name: ofDatabase[2] ?? "" };
  const inSchema = schemaObject.exec(identity);
  if (inSchema) return { kind: inSchema[1] ?? "", schema: inSchema[3] ?? "", name: inSchema[2] ?? "" };
  const at = identity.indexOf(" ");
  return at < 0
    ? { kind: identity, name: "" }
    : { kind: identity.slice(0, at), name: identity.slice(at + 1) };
}

/** Kinds that share one namespace and have columns. */
export const relationKinds: ReadonlySet<string> = new Set([
  "table",
  "foreign table",
  "view",
  "materialized view",
]);

/** Kinds that share one namespace and have arguments. */
export const routineKinds: ReadonlySet<string> = new Set(["function", "procedure", "aggregate"]);

/** Returns the identities that the parent of a part can have. */
export function parentIdentities(parent: string): string[] {
  return [...relationKinds, "type"].map((kind) => `${kind} ${parent}`);
}

/** Returns the name of an object as statements about it write it: an aggregate without arguments has `*` for them. */
export function nameInStatement(kind: string, name: string): string {
  return kind === "aggregate" ? name.replace(/\(\)$/, "(*)") : name;
}

/** Returns the kind and name of an object as `drop` writes them. */
export function inDropStatement(kind: string, name: string): string {
  switch (kind) {
    case "foreign-data wrapper":
      return `foreign data wrapper ${name}`;
    // PostgreSQL 15 prints `on language`.
    case "transform":
      return `transform ${name.replace(/ on language (\S+|"(?:[^"]|"")+")$/, " language $1")}`;
    case "user mapping":
      return `user mapping for ${name.replace(/ on server /, " server ")}`;
    default:
      return `${kind} ${nameInStatement(kind, name)}`;
  }
}
