import { isJsonObject, type JsonValue } from "../../../../../../foundation/json";
import { isRename } from "../addresses";
import type { CatalogObject } from "../catalog";
import type { CatalogDifference } from "../difference";
import { partsOfIdentity } from "../identity";
import { isOfPartitions } from "../partitionGaps";
import { callsUnusual } from "./callsFunction";
import { builtInApiRoles, grantees } from "./exposure";
import { isOpeningSetting } from "./openingSettings";

/**
 * The severity of a difference. `opens`: a role gains access or can act as another role, or a guard is gone. `changes`: an object
 * behaves differently. `extra`: an undeclared object exists that opens nothing by itself.
 */
export type Severity = "opens" | "changes" | "extra";

/** Severities, the most severe first. */
export const severities: readonly Severity[] = ["opens", "changes", "extra"];

/**
 * Returns the severity of a difference. If it cannot be decided, as for two texts of one policy, it is the higher one.
 */
export function severityOf(difference: CatalogDifference): Severity {
  const { kind } = partsOfIdentity(difference.identity);
  switch (difference.kind) {
    case "extra":
      return ofExtra(kind, difference.identity, objectOf(difference.live));
    case "missing":
      return ofMissing(kind, difference.identity, objectOf(difference.expected));
    case "changed":
      return ofChange(kind, difference);
  }
}

/** Sorts differences by severity, the most severe first, and otherwise keeps their order. */
export function bySeverity(differences: readonly CatalogDifference[]): CatalogDifference[] {
  const rank = (difference: CatalogDifference) => severities.indexOf(severityOf(difference));
  return [...differences].sort((a, b) => rank(a) - rank(b));
}

/** Attributes with which a role can do more than its grants allow. */
const rolePowers = ["superuser", "bypassRls", "createRole", "createDatabase", "replication", "login"];

/** Properties that guard something: checks and defaults of a platform's table, the place where a job runs. */
const openingProperties: ReadonlySet<string> = new Set([
  "arguments",
  "columnTypes",
  "configured",
  "constraints",
  "content",
  "declaration",
  "defaults",
  "directive",
  "domains",
  "expressions",
  "host",
  "inherits",
  "label",
  "later",
  "returns",
  "statistics",
  "types",
]);

/** Properties that open access if they are set. */
const openingWhenSet: ReadonlySet<string> = new Set(["disabledConstraintTriggers", "everybody", "trusted"]);

/**
 * Values that open access. Plans keep the result of an immutable function, and the connection's next request uses them.
 * A role that may create databases can copy a template with its rows.
 */
const openingValues: ReadonlySet<string> = new Set(["template true", "volatility immutable"]);

/** Kinds whose options are the address of another server and the user name there. */
const foreignKinds: ReadonlySet<string> = new Set([
  "foreign table",
  "foreign-data wrapper",
  "server",
  "user mapping",
]);

/** Kinds whose objects grant privileges that no grant shows. */
const opening: ReadonlySet<string> = new Set([
  "cast",
  "event trigger",
  "extension privilege",
  "foreign privilege",
  "foreign-data wrapper",
  "language",
  "large object",
  "membership",
  "OAuth client",
  "OAuth provider",
  "other database",
  "parameter privilege",
  "operator",
  "operator class",
  "operator family",
  "publication schema",
  "publication table",
  "replication slot",
  "rule",
  "SAML provider",
  "security label",
  "server",
  "SSO domain",
  "SSO provider",
  "subscription",
  "system privilege",
  "transform",
  "trigger",
  "user mapping",
]);

/** Kinds whose expressions run for each row that is written, or for statistics, that is analyzed. */
const runsForRows: ReadonlySet<string> = new Set(["column", "constraint", "index", "statistics"]);

/** Extensions with which SQL reaches other servers or files, or with a language whose functions do. */
const reachingExtensions: ReadonlySet<string> = new Set([
  "adminpack",
  "dblink",
  "file_fdw",
  "http",
  "pg_net",
  "pg_tle",
  "plperlu",
  "plpython3u",
  "pltclu",
  "plv8",
  "postgres_fdw",
  "wrappers",
]);

function ofExtra(kind: string, identity: string, live: CatalogObject): Severity {
  if (kind === "extension" && reachingExtensions.has(partsOfIdentity(identity).name)) return "opens";
  if (kind === "role") return rolePowers.some((power) => live[power] === true) ? "opens" : "extra";
  if (kind === "role settings" || kind === "database settings") {
    return Object.keys(live).some(isOpeningSetting) ? "opens" : "changes";
  }
  if (kind === "policy") return live.mode === "restrictive" ? "changes" : "opens";
  if (kind === "bucket") return live.public === true ? "opens" : "extra";
  if (kind === "publication") return live.allTables === true ? "opens" : "extra";
  // Every search path contains pg_catalog first.
  if (kind === "type") return partsOfIdentity(identity).schema === "pg_catalog" ? "opens" : "extra";
  // A function that they call runs for each row that is written or analyzed.
  if (kind === "constraint" || kind === "index" || kind === "statistics")
    return callsUnusual(live.definition) ? "opens" : "extra";
  if (kind === "column" && [live.default, live.generated].some(callsUnusual)) return "opens";
  if (opening.has(kind)) return "opens";
  if (kind === "column" && live.wrapperOptions !== undefined) return "opens";
  // Rows of the parent are written to the other server.
  if (kind === "foreign table" && (live.partitionOf !== undefined || live.inherits !== undefined))
    return "opens";
  // An owner needs no grant, and its table's policies do not apply to it.
  if (builtInApiRoles.includes(String(live.owner))) return "opens";
  if (kind === "cron job") return partsOfIdentity(identity).user === "postgres" ? "changes" : "opens";
  const isChild = live.partitionOf !== undefined || live.inherits !== undefined;
  if (isChild && live.rowSecurity !== undefined && live.rowSecurity !== true) return "opens";
  const grants = isJsonObject(live.grants) ? live.grants : {};
  const others = Object.keys(grants).filter((grantee) => grantee !== live.owner);
  return others.length > 0 && identity !== "database" ? "opens" : "extra";
}

function ofMissing(kind: string, identity: string, expected: CatalogObject): Severity {
  if (kind === "policy") return expected.mode === "restrictive" ? "opens" : "changes";
  if (kind === "rule" || kind === "event trigger" || kind === "trigger") return "opens";
  // It may still exist, as one that registered itself: what such a client may do is not compared.
  if (kind === "OAuth client") return "opens";
  if (kind === "withheld privilege") return "opens";
  // Without an entry for all schemas, PUBLIC may execute new functions and use new types.
  if (kind === "default privileges") {
    const { schema, defaults } = partsOfIdentity(identity);
    const isByDefault = defaults?.objects === "functions" || defaults?.objects === "types";
    return schema === undefined && isByDefault && !grantees(expected.grants).includes("public")
      ? "opens"
      : "changes";
  }
  if (expected.extension !== undefined && expected.rowSecurity === true) return "opens";
  if (kind === "role settings" || kind === "database settings") {
    return Object.keys(expected).some(isOpeningSetting) ? "opens" : "changes";
  }
  return "changes";
}

function ofChange(kind: string, difference: CatalogDifference): Severity {
  const { property = "", expected, live, owner } = difference;
  const [was, is] = [expected as JsonValue | undefined, live as JsonValue | undefined];
  if (isRename(difference)) return ofRename(difference);
  if (property === "grants") return gains(was, is, owner) ? "opens" : "changes";
  switch (kind) {
    case "accounts":
      return gains(was, is, undefined) || addsEntries(was, is) ? "opens" : "changes";
    case "extension":
      return property === "content" || property === "members" || property === "tables" ? "opens" : "changes";
    case "cron job": {
      const isOfOther = partsOfIdentity(difference.identity).user !== "postgres";
      return property === "host" || (isOfOther && (property === "command" || is === true))
        ? "opens"
        : "changes";
    }
    case "history record":
    case "migration record":
      return "changes";
    case "role":
      // Both are printed in UTC. A role without a date never expires.
      if (property === "validUntil")
        return was !== undefined && (is === undefined || String(is) > String(was)) ? "opens" : "changes";
      return property === "inherit" || (rolePowers.includes(property) && is === true) ? "opens" : "changes";
    case "subscription":
      return "opens";
    case "type":
      // A removed, renamed or moved label changes the meaning of every row with it.
      if (property === "labels") return isContinued(was, is) ? "changes" : "opens";
      return property === "owner" || openingProperties.has(property) ? "opens" : "changes";
    case "membership":
      return is === true ? "opens" : "changes";
    case "role settings":
    case "database settings":
      return isOpeningSetting(property) ? "opens" : "changes";
    case "policy":
      return property === "comment" || (property === "mode" && is === "restrictive") ? "changes" : "opens";
    case "bucket":
      return property === "public" && is !== true ? "changes" : "opens";
    case "trigger":
    case "event trigger":
    case "rule":
      return property === "comment" ? "changes" : "opens";
    case "publication table":
      // A new list of columns or a new filter publishes less.
      return was === undefined ? "changes" : "opens";
    case "publication":
      // Deletions reach every subscriber of Realtime: no policy can filter a row that is gone.
      if (property === "publish") return addsEntries(was, is) ? "opens" : "changes";
      // An owner adds tables.
      if (property === "owner") return "opens";
      return property === "allTables" && is === true ? "opens" : "changes";
  }
  const isExpression = ["default", "definition", "generated"].includes(property);
  if (runsForRows.has(kind) && isExpression && callsUnusual(is) && !callsUnusual(was)) return "opens";
  if (openingProperties.has(property) || openingValues.has(`${property} ${String(is)}`)) return "opens";
  if (openingWhenSet.has(property)) return is === undefined ? "changes" : "opens";
  if (property === "options" && foreignKinds.has(kind)) return "opens";
  // Which rows of the other server a foreign table shows.
  if (property === "wrapperOptions" && (kind === "foreign table" || kind === "column")) return "opens";
  if (property === "rowSecurity" || property === "rowSecurityForced")
    return is === true ? "changes" : "opens";
  if (isOfPartitions(property)) return "changes";
  if (property === "owner" || property === "security" || property === "leakproof") return "opens";
  if (property === "enforcingTriggers") return "opens";
  const isCode =
    kind === "function" || kind === "procedure" || kind === "view" || kind === "materialized view";
  return isCode && ["body", "definition", "options", "settings", "library", "language"].includes(property)
    ? "opens"
    : "changes";
}

/**
 * Returns the severity of another name. An object keeps its privileges. In another schema, or as another schema, the
 * API may expose it.
 */
function ofRename({ identity, live }: CatalogDifference): Severity {
  const object = partsOfIdentity(identity);
  if (object.parent !== undefined || object.schema === undefined) return "changes";
  const stays = object.kind !== "schema" && String(live).startsWith(`${object.schema}.`);
  return stays ? "changes" : "opens";
}

/**
 * Returns whether any role has more privileges than before. The owner is only listed if it has fewer than by default.
 */
function gains(was: JsonValue | undefined, is: JsonValue | undefined, owner: string | undefined): boolean {
  const before = isJsonObject(was) ? was : {};
  const now = isJsonObject(is) ? is : {};
  return Object.entries(now).some(([grantee, privileges]) => {
    if (grantee === owner) return false;
    const held = before[grantee];
    const names = Array.isArray(held) ? held.map(String) : [];
    if (names.includes("all with grant option")) return false;
    return (Array.isArray(privileges) ? privileges.map(String) : []).some(
      (privilege) =>
        !names.includes(privilege) &&
        !names.includes(`${privilege} with grant option`) &&
        !(names.includes("all") && !privilege.endsWith("with grant option")),
    );
  });
}

/** Returns whether a list has entries that it did not have. */
function addsEntries(was: JsonValue | undefined, is: JsonValue | undefined): boolean {
  const before = Array.isArray(was) ? was : [];
  return Array.isArray(is) && is.some((entry) => !before.includes(entry));
}

/** Returns whether a list still contains all entries of the former one in the same order. */
function isContinued(was: JsonValue | undefined, is: JsonValue | undefined): boolean {
  const before = Array.isArray(was) ? was : [];
  const kept = (Array.isArray(is) ? is : []).filter((entry) => before.includes(entry));
  return kept.length === before.length && kept.every((entry, at) => entry === before[at]);
}

function objectOf(value: CatalogDifference["live"]): CatalogObject {
  return isJsonObject(value as JsonValue) ? (value as CatalogObject) : {};
}
