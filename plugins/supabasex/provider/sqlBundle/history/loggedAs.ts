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
  /** For privileges: types of objects. Entries that do not clearly name another object of such a type count, too. */
  readonly maybe?: readonly string[];
}

/** Kinds whose changes fire no event trigger: cluster-wide objects, rows, and event triggers themselves. */
const unheard: ReadonlySet<string> = new Set([
  "accounts",
  "bucket",
  "cron job",
  "database",
  "database settings",
  "default privileges",
  "event trigger",
  "history record",
  "membership",
  "migration record",
  "OAuth client",
  "platform",
  "role",
  "role settings",
  "SAML provider",
  "SSO domain",
  "SSO provider",
]);

/** Returns the names under which event triggers may log a change, the object's own first. */
export function loggedAs({ identity, property }: ChangedPath): readonly LoggedName[] {
  const { kind, name, parent } = partsOfIdentity(identity);
  if (unheard.has(kind)) return [];
  const tags = tagsOf(property);
  const plain = (text: string) => text.replaceAll("pg_catalog.", "").replaceAll(", ", ",");
  const named = (...names: string[]) => names.map((own) => ({ name: own, tags }));
  const ofTable = isSaidByTable(kind, property) ? [{ name: `${parent}`, tags: "^ALTER TABLE" }] : [];
  switch (kind) {
    case "column":
      if (property === "comment") return named(`${parent}.${name}`);
      return [...named(`${parent}.${name}`, `${parent}`), ...maybeGranted("table", `${parent}`, property)];
    case "policy":
    case "trigger":
    case "rule":
      return [...named(`${name} on ${parent}`), ...ofTable];
    case "constraint":
      return property === "comment"
        ? named(`${name} on ${parent}`)
        : named(`${name} on ${parent}`, `${parent}`);
    case "publication table":
      return named(`${parent} in publication ${name}`);
    case "publication schema":
      return named(`${parent} in publication ${name}`, name);
    default:
      return [...named(plain(name)), ...maybeGranted(kind, plain(name), property)];
  }
}

/** Returns the command tags that may change a property; for a whole object, all. */
function tagsOf(property: string | undefined): string {
  if (property === undefined) return "";
  if (property === "grants") return "^(GRANT|REVOKE|CREATE|DROP)";
  if (property === "comment" || property === "directive") return "^(COMMENT|CREATE|DROP)";
  return "^(?!GRANT|REVOKE|COMMENT)";
}

/** Returns whether `alter table` changes the property of a trigger or rule, which the log then says about the table. */
function isSaidByTable(kind: string, property: string | undefined): boolean {
  return (kind === "trigger" || kind === "rule") && property === "enabled";
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
