/** What an object is and where it belongs: the parts of its identity. Names are quoted where SQL would need it. */
export interface ObjectIdentity {
  readonly kind: string;
  /** The schema it is in or is; undefined for an object outside of schemas. */
  readonly schema?: string;
  /** The table, view or type that it is a part of, with its schema; of a publication's member the table or schema. */
  readonly parent?: string;
  /** The name as statements write it, with its schema where it has no parent; the bare text for jobs and buckets. */
  readonly name: string;
  /** The role that a job runs as: two roles may have a job of one name. */
  readonly user?: string;
  /** Of default privileges: whose objects they are for, as statements write the role, and what the objects are. */
  readonly defaults?: { readonly role: string; readonly objects: string };
}

/** `kind schema.parent name`: a part of a table, view or domain. */
const partKinds = ["column", "constraint", "policy", "trigger", "rule"];

/** `kind name`, outside of schemas; the names are not looked into. A kind stands before one that it begins with. */
const databaseKinds = [
  "applied file",
  "bucket",
  "cast",
  "database settings",
  "database",
  "event trigger",
  "extension privilege",
  "extension",
  "foreign privilege",
  "history record",
  "large object",
  "membership",
  "migration record",
  "parameter privilege",
  "platform",
  "publication",
  "replication slot",
  "role settings",
  "role",
  "server",
  "subscription",
  "system privilege",
  "user mapping",
];

const identifier = String.raw`(?:"(?:[^"]|"")+"|[^\s."(),]+)`;
const schemaIdentity = new RegExp(`^schema (${identifier})$`);
const partIdentity = new RegExp(`^(${partKinds.join("|")}) ((${identifier})\\.${identifier}) (.+)$`, "s");
const publicationTable = new RegExp(`^publication table (${identifier}) ((${identifier})\\.${identifier})$`);
const publicationSchema = new RegExp(`^publication schema (${identifier}) (${identifier})$`);
const defaultPrivileges = new RegExp(`^default privileges ((${identifier})(?: in (${identifier}))? (\\w+))$`);
/** The user comes last: a job's name may hold anything. */
const cronJob = new RegExp(`^cron job (.*) of (${identifier})$`, "s");
const databaseIdentity = new RegExp(`^(${databaseKinds.join("|")})(?: (.+))?$`, "s");
const schemaObject = new RegExp(`^([a-z ]+?) ((${identifier})\\..+)$`, "s");

/** Each identity of a catalog is asked about several times in a deploy. */
const known = new Map<string, ObjectIdentity>();

/** Reads an identity as a catalog writes it: `policy shared.customers "own rows"`. */
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
  const ofDatabase = databaseIdentity.exec(identity);
  if (ofDatabase) return { kind: ofDatabase[1] ?? "", name: ofDatabase[2] ?? "" };
  const inSchema = schemaObject.exec(identity);
  if (inSchema) return { kind: inSchema[1] ?? "", schema: inSchema[3] ?? "", name: inSchema[2] ?? "" };
  const at = identity.indexOf(" ");
  return at < 0
    ? { kind: identity, name: "" }
    : { kind: identity.slice(0, at), name: identity.slice(at + 1) };
}

/** Kinds that share one name space and have columns. */
export const relationKinds: ReadonlySet<string> = new Set([
  "table",
  "foreign table",
  "view",
  "materialized view",
]);

/** Returns the identities that the parent of a part can have. */
export function parentIdentities(parent: string): string[] {
  return [...relationKinds, "type"].map((kind) => `${kind} ${parent}`);
}
