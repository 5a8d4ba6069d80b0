import { type Catalog, inDropStatement, type ObjectIdentity } from "../catalog";
import { literal } from "../catalog/objects";
import { quote } from "../source/identifiers";
import { revokeMembership } from "./roles";

/** One object in two catalogs. */
export interface Place {
  readonly object: ObjectIdentity;
  readonly expected: Catalog;
  readonly live: Catalog;
}

/** Returns whether a type is a domain, whose constraints are altered with it. */
export function isDomain(name: string | undefined, ...catalogs: readonly Catalog[]): boolean {
  return catalogs.some((catalog) => catalog[`type ${name}`]?.kind === "domain");
}

/** Returns the statement that drops an object, without its dependents. */
export function dropOf({ object: { kind, name, parent }, expected, live }: Place): string {
  switch (kind) {
    case "cron job":
      return `select cron.unschedule(jobid) from cron.job where jobname = ${literal(name)} and username = current_user`;
    case "constraint":
      return `alter ${isDomain(parent, expected, live) ? "domain" : "table"} ${parent} drop constraint ${name}`;
    case "publication table":
      return `alter publication ${name} drop table ${parent}`;
    case "publication schema":
      return `alter publication ${name} drop tables in schema ${parent}`;
    case "membership":
      return revokeMembership(name);
    case "policy":
    case "trigger":
    case "rule":
      return `drop ${kind} ${name} on ${parent}`;
    case "user mapping": {
      const [user = "", server = ""] = name.split(" on server ");
      return `drop user mapping for ${user} server ${quote(server)}`;
    }
    default:
      return `drop ${inDropStatement(kind, name)}`;
  }
}
