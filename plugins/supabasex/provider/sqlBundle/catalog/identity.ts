/** What the text of an identity says about where the object belongs. */
export interface IdentityParts {
  readonly kind: string;
  /** The schema it is in or is; undefined for an object outside of schemas. */
  readonly schema?: string;
  /** The table, view or type that it is a part of; undefined for an object of its own. */
  readonly parent?: string;
}

/** `kind schema.parent name`: a part of a table, view or domain. */
const partKinds = ["column", "constraint", "policy", "trigger", "rule"];

/** Kinds outside of schemas; their names are not looked into. */
const databaseKinds = [
  "bucket",
  "cast",
  "cron job",
  "database",
  "database settings",
  "event trigger",
  "extension",
  "publication",
  "role settings",
];

const identifier = String.raw`(?:"(?:[^"]|"")+"|[^\s."(),]+)`;
const schemaIdentity = new RegExp(`^schema (${identifier})$`);
const partIdentity = new RegExp(`^(${partKinds.join("|")}) ((${identifier})\\.${identifier}) `);
const publicationTable = new RegExp(`^publication table ${identifier} ((${identifier})\\.${identifier})$`);
const publicationSchema = new RegExp(`^publication schema ${identifier} (${identifier})$`);
const defaultPrivileges = new RegExp(`^default privileges ${identifier}(?: in (${identifier}))? \\w+$`);
const databaseIdentity = new RegExp(`^(${databaseKinds.join("|")})(?: |$)`);
const schemaObject = new RegExp(`^([a-z ]+?) (${identifier})\\.`);

/** Each identity of a catalog is asked about several times in a deploy. */
const known = new Map<string, IdentityParts>();

export function partsOfIdentity(identity: string): IdentityParts {
  let parts = known.get(identity);
  if (parts === undefined) {
    parts = parse(identity);
    known.set(identity, parts);
  }
  return parts;
}

function parse(identity: string): IdentityParts {
  const schema = schemaIdentity.exec(identity);
  if (schema) return { kind: "schema", schema: schema[1] };
  const part = partIdentity.exec(identity);
  if (part) return { kind: part[1] ?? "", parent: part[2], schema: part[3] };
  const member = publicationTable.exec(identity);
  if (member) return { kind: "publication table", parent: member[1], schema: member[2] };
  const published = publicationSchema.exec(identity);
  if (published) return { kind: "publication schema", schema: published[1] };
  const privileges = defaultPrivileges.exec(identity);
  if (privileges) return { kind: "default privileges", schema: privileges[1] };
  const ofDatabase = databaseIdentity.exec(identity);
  if (ofDatabase) return { kind: ofDatabase[1] ?? "" };
  const inSchema = schemaObject.exec(identity);
  if (inSchema) return { kind: inSchema[1] ?? "", schema: inSchema[2] };
  return { kind: identity.split(" ", 1)[0] ?? "" };
}

/** Kinds that share one name space and have columns. */
export const relationKinds: ReadonlySet<string> = new Set([
  "table",
  "foreign table",
  "view",
  "materialized view",
]);

/** The identities that the parent of a part can have. */
export function parentIdentities(parent: string): string[] {
  return [...relationKinds, "type"].map((kind) => `${kind} ${parent}`);
}
