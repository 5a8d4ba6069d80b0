import { partsOfIdentity } from "../catalog";

/** A changed object, or a changed property of one. */
export interface ChangedPath {
  readonly identity: string;
  readonly property?: string;
}

/** A name under which the log may have entries about a change. */
export interface LoggedName {
  /** Without the arguments of a function if `maybe` is set. */
  readonly name: string;
  /** A regular expression for the command tags that may have made the change. */
  readonly tags: string;
  /** The types of objects in the log, in lower case, for a name that objects of other types may have, too. */
  readonly types?: readonly string[];
  /** For privileges: types of objects. Entries that do not clearly name another object of such a type count, too. */
  readonly maybe?: readonly string[];
}

/** Kinds whose changes fire no event trigger: cluster-wide objects, rows, and event triggers themselves. */
const unheard: ReadonlySet<string> = new Set([
  "accounts",
  "bucket",
  "built-in functions",
  "built-in operators",
  "built-in privileges",
  "built-in views",
  "cron job",
  "database",
  "database settings",
  "event trigger",
  "history record",
  "membership",
  "migration record",
  "OAuth client",
  "OAuth provider",
  "other database",
  "parameter privilege",
  "platform",
  "replication slot",
  "role",
  "role settings",
  "SAML provider",
  "server setting",
  "SSO domain",
  "SSO provider",
  "withheld privilege",
]);

/**
 * Kind → the types of its objects in the log, for kinds whose names are not unique: a schema and a publication may have one name, and so
 * may a policy and a trigger of a table.
 */
const loggedTypes: Readonly<Record<string, readonly string[]>> = {
  constraint: ["domain constraint", "table constraint"],
  extension: ["extension"],
  "foreign-data wrapper": ["foreign-data wrapper"],
  "installed language": ["language"],
  language: ["language"],
  policy: ["policy"],
  publication: ["publication"],
  "publication schema": ["publication", "publication namespace"],
  rule: ["rule"],
  schema: ["schema"],
  server: ["server"],
  subscription: ["subscription"],
  trigger: ["trigger"],
};

/**
 * Returns the names under which event triggers may log a change, the object's own first.
 *
 * @param partitions those of the table of a trigger that lack it
 */
export function loggedAs(
  { identity, property }: ChangedPath,
  partitions: readonly string[] = [],
): readonly LoggedName[] {
  const { kind, name, parent, defaults } = partsOfIdentity(identity);
  if (unheard.has(kind)) return [];
  const tags = tagsOf(property);
  const types = loggedTypes[kind];
  const plain = (text: string) => text.replaceAll("pg_catalog.", "").replaceAll(", ", ",");
  const named = (...names: string[]) =>
    names.map((own) => ({ name: own, tags, ...(types === undefined ? {} : { types }) }));
  const byTable = (table: string, tags = "^ALTER TABLE") => ({ name: table, tags });
  switch (kind) {
    case "column":
      if (property === "comment") return named(`${parent}.${name}`);
      return [...named(`${parent}.${name}`, `${parent}`), ...maybeGranted("table", `${parent}`, property)];
    case "policy":
      return [...named(`${name} on ${parent}`), ...maybeHeld(property)];
    case "trigger":
    case "rule":
      if (property === "partitions")
        // A new partition may lack the trigger, too.
        return partitions.flatMap((table) => [
          ...named(`${name} on ${table}`),
          byTable(table, "^(CREATE|ALTER) TABLE"),
        ]);
      return [
        ...named(`${name} on ${parent}`),
        // The log says about the table what `alter table` changes.
        ...(property === "enabled" ? [byTable(`${parent}`)] : []),
      ];
    case "constraint":
      return property === "comment"
        ? named(`${name} on ${parent}`)
        : [...named(`${name} on ${parent}`), { name: `${parent}`, tags }];
    case "default privileges": {
      const own = {
        name: name.replace(/ \w+$/, ""),
        tags: "^ALTER DEFAULT PRIVILEGES$",
        types: [`${defaults?.objects}`],
      };
      return [own, { ...own, maybe: [`${defaults?.objects}`.toUpperCase()] }];
    }
    case "publication table":
      return named(`${parent} in publication ${name}`);
    case "publication schema":
      return named(`${parent} in publication ${name}`, name);
    default:
      return [...named(plain(name)), ...maybeGranted(kind, plain(name), property), ...maybeHeld(property)];
  }
}

/** Returns the command tags that may change a property; for a whole object, all. */
function tagsOf(property: string | undefined): string {
  if (property === undefined) return "";
  if (property === "grants") return "^(GRANT|REVOKE|CREATE|DROP)";
  if (property === "comment" || property === "directive") return "^(COMMENT|CREATE|DROP)";
  return "^(?!GRANT|REVOKE|COMMENT)";
}

/** Returns how a statement may be logged that revokes all that a role holds, without naming the objects. */
function maybeHeld(property: string | undefined): readonly LoggedName[] {
  const isHeld = property === "grants" || property === "roles";
  return isHeld ? [{ name: "", tags: "^DROP OWNED$", maybe: ["ROLE"] }] : [];
}

/** Kind → the types of objects in statements that grant privileges on it. */
const grantedTypes: Readonly<Record<string, readonly string[]>> = {
  aggregate: ["FUNCTION", "ROUTINE"],
  "foreign table": ["TABLE"],
  function: ["FUNCTION", "ROUTINE"],
  "materialized view": ["TABLE"],
  procedure: ["PROCEDURE", "ROUTINE"],
  schema: ["SCHEMA"],
  sequence: ["SEQUENCE", "TABLE"],
  table: ["TABLE"],
  type: ["DOMAIN", "TYPE"],
  view: ["TABLE"],
};

/**
 * Returns how a statement may be logged that grants privileges on an object without naming it alone, with its schema: event triggers do
 * not get the objects of `grant` and `revoke`, so the log takes the name from the statement.
 */
function maybeGranted(kind: string, name: string, property: string | undefined): readonly LoggedName[] {
  const maybe = grantedTypes[kind];
  if (property !== "grants" || maybe === undefined) return [];
  // Another object may have parentheses in its name.
  const isRoutine = maybe.includes("ROUTINE");
  return [{ name: isRoutine ? name.replace(/\(.*$/s, "") : name, tags: "^(GRANT|REVOKE)$", maybe }];
}
