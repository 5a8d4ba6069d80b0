import { isJsonObject, type JsonValue } from "../../../../../foundation/json";
import {
  type Catalog,
  type CatalogDifference,
  type CatalogObject,
  inDropStatement,
  isOfPartitions,
  type ObjectIdentity,
  partsOfIdentity,
} from "../catalog";
import { literal } from "../catalog/objects";
import { isChild, isUsedOnly } from "../catalog/posture/version";
import { isRedacted } from "../catalog/redaction";
import { unquoted } from "../source/identifiers";
import { text } from "./createStatement";
import { repairOf } from "./repair";
import { revokeMembership } from "./roles";

/** How one object outside of the bundle is reset to the baseline. */
export interface PostureRepair {
  readonly identity: string;
  /** Revert the change without affecting data or code: `prune: drop` runs them. */
  readonly safe: readonly string[];
  /** What a person has to do if nothing can run safely: a statement, or a sentence. */
  readonly advice?: string;
  readonly owner?: string;
}

/** Kinds that are reverted like the bundle's own, because nothing is lost with them. */
const safeKinds: ReadonlySet<string> = new Set([
  "column",
  "database",
  "default privileges",
  "membership",
  "policy",
  "publication table",
  "publication schema",
  "trigger",
]);

/** Properties that are reset for any kind. */
const safeProperties: ReadonlySet<string> = new Set([
  "grants",
  "rowSecurity",
  "rowSecurityForced",
  "owner",
  "enabled",
  "public",
]);

/**
 * Returns how the differences of one object are reverted.
 *
 * Objects of private schemas that exposed ones use belong to other applications, which change them: nothing runs on them.
 *
 * @param live the current posture
 */
export function postureRepairOf(
  identity: string,
  differences: readonly CatalogDifference[],
  baseline: Catalog,
  { live }: { readonly live: Catalog },
): PostureRepair {
  const repair = usualRepairOf(identity, differences, baseline, { live });
  const isOfOthers =
    [baseline, live].every((posture) => isUsedOnly(identity, posture)) &&
    !isChild(live[identity] ?? baseline[identity] ?? {});
  if (!isOfOthers || repair.safe.length === 0) return repair;
  const { safe, advice, ...others } = repair;
  return { ...others, safe: [], advice: [...safe, ...(advice === undefined ? [] : [advice])].join("; ") };
}

function usualRepairOf(
  identity: string,
  differences: readonly CatalogDifference[],
  baseline: Catalog,
  { live }: { readonly live: Catalog },
): PostureRepair {
  const object = partsOfIdentity(identity);
  const [first] = differences;
  if (first?.kind === "extra") return extra(identity, object, differences, { baseline, live });
  if (first?.kind === "missing") return missing(identity, object, differences, { baseline, live });
  const isSafe = (property: string) =>
    (!isOfPartitions(property) || object.kind === "trigger") &&
    (safeProperties.has(property) || safeKinds.has(object.kind) || isOfRole(object.kind));
  const repairable = differences.filter(({ property = "" }) => isSafe(property));
  const usual = repairOf(identity, repairable, baseline, { live });
  const others = differences.filter(({ property = "" }) => !isSafe(property));
  return {
    identity,
    safe: [...usual.statements, ...usual.prune],
    ...(others.length === 0 ? {} : { advice: changedAdvice(object, others) }),
    ...(usual.owner === undefined ? {} : { owner: usual.owner }),
  };
}

/**
 * Returns the same for a reader. A statement with a former text that may contain a secret is only described.
 *
 * @param baseline redacted, like `live`
 */
export function shownPostureRepairOf(...change: Parameters<typeof postureRepairOf>): PostureRepair {
  const repair = postureRepairOf(...change);
  const shown = repair.safe.map((statement) => (isRedacted(statement) ? notShown : statement));
  const { advice } = repair;
  return {
    ...repair,
    safe: [...new Set(shown)],
    ...(advice === undefined ? {} : { advice: isRedacted(advice) ? notShown : advice }),
  };
}

/** The role at the end of a privilege's name. */
const grantee = / to ("(?:[^"]|"")+"|\S+)$/;

const notShown = "set it back to its former text, which is not shown";

function isOfRole(kind: string): boolean {
  return kind === "role" || kind === "role settings" || kind === "database settings";
}

function extra(
  identity: string,
  object: ObjectIdentity,
  differences: readonly CatalogDifference[],
  { baseline, live }: { readonly baseline: Catalog; readonly live: Catalog },
): PostureRepair {
  const { kind, name } = object;
  const is = live[identity] ?? {};
  if (kind === "role settings" || kind === "database settings") {
    return {
      identity,
      safe: Object.keys(is).map((setting) => `alter ${settingTarget(object, live)} reset ${setting}`),
    };
  }
  if (safeKinds.has(kind) || kind === "schema") {
    const { statements, prune, owner } = repairOf(identity, differences, baseline, { live });
    const membership = kind === "membership" ? [revokeMembership(name)] : [];
    const safe = [...statements, ...prune, ...membership];
    const drop = kind === "schema" ? { advice: `drop schema ${name}` } : {};
    return { identity, safe, ...drop, ...(owner === undefined ? {} : { owner }) };
  }
  return { identity, safe: [], advice: dropAdvice(object, is) };
}

/** Returns the statement that drops an undeclared object. A person runs it, who knows the owner. */
function dropAdvice({ kind, name, parent, user }: ObjectIdentity, is: CatalogObject): string {
  switch (kind) {
    case "constraint":
      return `alter table ${parent} drop constraint ${name}`;
    case "rule":
      return `drop rule ${name} on ${parent}`;
    case "table":
      if (typeof is.partitionOf === "string") return `alter table ${is.partitionOf} detach partition ${name}`;
      if (Array.isArray(is.inherits)) return `alter table ${name} no inherit ${String(is.inherits[0])}`;
      return `drop table ${name}`;
    case "bucket":
      return `delete bucket ${name} in the dashboard, which also deletes its files`;
    case "cron job":
      return `select cron.unschedule(jobid) from cron.job where jobname = ${literal(name)} and username = ${literal(unquoted(user ?? ""))}`;
    case "migration record":
      return `add the migration to the bundle, or delete from supabase_migrations.schema_migrations where version = ${literal(name)}`;
    case "history record":
      return `delete from supabase_migrations.bundle_files where path = ${literal(name)}`;
    case "extension privilege":
    case "foreign privilege":
      return `revoke ${name
        .replace(/ on server /, " on foreign server ")
        .replace(/ on foreign-data wrapper /, " on foreign data wrapper ")
        .replace(grantee, " from $1")}`;
    case "OAuth client":
      return `delete from auth.oauth_clients where id = ${literal(name)}`;
    case "OAuth provider":
      return `delete from auth.custom_oauth_providers where identifier = ${literal(name)}`;
    case "SAML provider":
    case "SSO domain":
    case "SSO provider":
      return "if it is not intended, remove its provider: supabase sso list, supabase sso remove <id>";
    case "large object":
      return `revoke all on large object ${name} from ${Object.keys(isJsonObject(is.grants) ? is.grants : {}).join(", ")}`;
    case "replication slot":
      return `select pg_drop_replication_slot(${literal(name)})`;
    case "withheld privilege":
      return `grant ${name.replace(/ from public$/, " to public")}`;
    case "system privilege":
    case "parameter privilege":
      return `revoke ${name.replace(/^((?:set|alter system) on) /, "$1 parameter ").replace(grantee, " from $1")}`;
    default:
      return `drop ${inDropStatement(kind, name)}`;
  }
}

function missing(
  identity: string,
  object: ObjectIdentity,
  differences: readonly CatalogDifference[],
  { baseline, live }: { readonly baseline: Catalog; readonly live: Catalog },
): PostureRepair {
  const { kind, name } = object;
  const was = baseline[identity] ?? {};
  const recreatable = [...safeKinds, "role settings", "database settings"].includes(kind);
  if (recreatable && kind !== "column") {
    const { statements, owner } = repairOf(identity, differences, baseline, { live });
    if (statements.length > 0)
      return { identity, safe: statements, ...(owner === undefined ? {} : { owner }) };
  }
  switch (kind) {
    case "extension":
      return { identity, safe: [], advice: `create extension ${name}` };
    case "role":
      return {
        identity,
        safe: [],
        advice: `it is dropped or renamed; alter role <new name> rename to ${name}, or create it as before`,
      };
    case "withheld privilege":
      return { identity, safe: [], advice: `revoke ${name}` };
    case "migration record":
    case "history record":
      return { identity, safe: [], advice: "its row is gone from the history: restore it from a backup" };
    default:
      return {
        identity,
        safe: [],
        advice: `it is gone; it was owned by ${was.owner === undefined ? "another role" : text(was.owner)}: restore it from a backup, or ask its owner`,
      };
  }
}

function changedAdvice(object: ObjectIdentity, changed: readonly CatalogDifference[]): string {
  const former = [
    ...(object.kind.endsWith("table") ? changed.flatMap((one) => formerTypes(object, one)) : []),
    ...changed.flatMap(formerPersistence),
  ];
  const differences =
    former.length === 0
      ? changed
      : changed.filter(({ property }) => property !== "types" && property !== "loggedTables");
  if (differences.length === 0) return former.join("; ");
  return [...former, otherAdvice(object, differences)].join("; ");
}

/** Returns the statements that give columns of a table their former types. */
function formerTypes(
  { kind, name }: ObjectIdentity,
  { property, expected, live }: CatalogDifference,
): string[] {
  const [was, is] = [expected as JsonValue | undefined, live as JsonValue | undefined];
  if (property !== "types" || !isJsonObject(was) || !isJsonObject(is)) return [];
  return Object.entries(was)
    .filter(([column, type]) => is[column] !== type)
    .map(([column, type]) => `alter ${kind} ${name} alter column ${column} type ${String(type)}`);
}

/** Returns the statements that log known tables of an extension as before. */
function formerPersistence({ property, expected, live }: CatalogDifference): string[] {
  const [was, is] = [expected as JsonValue | undefined, live as JsonValue | undefined];
  if (property !== "loggedTables" || !isJsonObject(was) || !isJsonObject(is)) return [];
  return Object.entries(was)
    .filter(([table, isLogged]) => is[table] !== undefined && is[table] !== isLogged)
    .map(([table, isLogged]) => `alter table ${table} set ${isLogged === true ? "logged" : "unlogged"}`);
}

function otherAdvice(object: ObjectIdentity, differences: readonly CatalogDifference[]): string {
  const properties = differences.map(({ property = "" }) => property).join(", ");
  if (differences.every(({ property = "" }) => isOfPartitions(property))) {
    return "the job or file that creates the partitions also restores this: run it";
  }
  if (object.kind === "platform") {
    return "the platform migrated its own schema: review the changes, then accept them";
  }
  if (object.kind === "accounts") {
    return "if this is not intended: update auth.users set role = 'authenticated', aud = 'authenticated', is_super_admin = null where id = '<account>'";
  }
  if (object.kind === "OAuth client" || /^S(AML|SO) /.test(object.kind)) {
    return "if this is not intended, revert it with Auth's API or supabase sso update";
  }
  if (object.kind === "installed language" || object.kind.startsWith("built-in ")) {
    return "only a superuser can change and restore this: ask the operator of the server";
  }
  if (object.kind === "history record" || object.kind === "migration record") {
    return "its row in supabase_migrations was edited: restore it from a backup";
  }
  return `${properties} of ${object.kind} ${object.name} is stored only as a hash, so no statement can revert it: restore it from a backup or another project of the same platform version`;
}

function settingTarget({ kind, name }: ObjectIdentity, live: Catalog): string {
  const database = text(live.database?.name ?? "postgres");
  if (kind === "database settings") return `database ${database}`;
  const inDatabase = / in this database$/;
  return inDatabase.test(name)
    ? `role ${name.replace(inDatabase, "")} in database ${database}`
    : `role ${name}`;
}
