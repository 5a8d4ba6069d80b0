import { isJsonObject, type JsonValue } from "../../../../../foundation/json";
import type { CatalogObject, ObjectIdentity } from "../catalog";
import { literal } from "../catalog/objects";
import { nameWithoutArguments, quote } from "../source/identifiers";
import { grantMembership } from "./roles";

/**
 * Returns the statement that recreates an object from its catalog entry, without owner, grants and comment; `undefined`
 * for objects that hold data, and for incomplete catalog entries.
 */
export function createStatement(
  { kind, name, parent }: ObjectIdentity,
  object: CatalogObject,
): string | undefined {
  switch (kind) {
    case "policy":
      return policy(name, parent ?? "", object);
    case "function":
    case "procedure":
      return routine(kind, name, object);
    case "view":
      return `create or replace view ${name}${options(object.options)} as ${text(object.definition)}`;
    case "materialized view":
      return `create materialized view ${name}${options(object.options)} as ${text(object.definition)}`;
    case "trigger":
      return orReplace(text(object.definition));
    case "rule":
    case "statistics":
      return text(object.definition);
    case "index":
      return index(object);
    case "constraint":
      return `alter table ${parent} add constraint ${name} ${text(object.definition)}${object.validated === false ? " not valid" : ""}`;
    case "type":
      return type(name, object);
    case "event trigger":
      return eventTrigger(name, object);
    case "publication":
      return publication(name, object);
    case "publication table":
      return `alter publication ${name} add table ${parent}${publishedColumns(object)}${
        object.where === undefined ? "" : ` where (${text(object.where)})`
      }`;
    case "publication schema":
      return `alter publication ${name} add tables in schema ${parent}`;
    case "cron job":
      return `select cron.schedule(${literal(name)}, ${literal(text(object.schedule))}, ${literal(text(object.command))})`;
    case "bucket":
      return bucket(name, object);
    case "membership":
      return grantMembership(name, object);
    default:
      return undefined;
  }
}

/**
 * Returns the statement for an index. The server prints the one of a partitioned table with `on only`, but without indexes on the
 * partitions it is invalid.
 */
function index({ definition, valid }: CatalogObject): string {
  const withPartitions = /^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")+"|[^" ]+) ON) ONLY /;
  return valid === false ? text(definition) : text(definition).replace(withPartitions, "$1 ");
}

function policy(name: string, table: string, object: CatalogObject): string {
  const using = object.using === undefined ? "" : ` using (${text(object.using)})`;
  const check = object.check === undefined ? "" : ` with check (${text(object.check)})`;
  return `create policy ${name} on ${table} as ${text(object.mode)} for ${text(object.command)} to ${roles(object.roles)}${using}${check}`;
}

export function roles(value: JsonValue | undefined): string {
  return texts(value)
    .map((role) => (role === "public" ? "public" : quote(role)))
    .join(", ");
}

function routine(kind: string, signature: string, object: CatalogObject): string {
  const name = nameWithoutArguments(signature);
  const parts = [`create or replace ${kind} ${name}(${text(object.arguments)})`];
  if (kind === "function") parts.push(`returns ${text(object.returns)}`);
  parts.push(`language ${text(object.language)}`);
  if (object.window === true) parts.push("window");
  if (kind === "function") parts.push(text(object.volatility));
  if (object.parallel !== undefined) parts.push(`parallel ${text(object.parallel)}`);
  if (object.strict === true) parts.push("strict");
  if (object.leakproof === true) parts.push("leakproof");
  parts.push(`security ${text(object.security)}`);
  if (object.cost !== undefined) parts.push(`cost ${text(object.cost)}`);
  if (object.rows !== undefined) parts.push(`rows ${text(object.rows)}`);
  if (object.support !== undefined) parts.push(`support ${text(object.support)}`);
  for (const [setting, value] of Object.entries(isJsonObject(object.settings) ? object.settings : {})) {
    parts.push(`set ${setting} to ${settingValue(setting, text(value))}`);
  }
  const body = text(object.body);
  const standard = object.language === "sql" && /^(begin atomic|return )/i.test(body);
  parts.push(standard ? body : `as ${literal(body)}`);
  return parts.join("\n");
}

/**
 * Returns the value of a setting. Settings that are lists keep their elements separate; every other value is one
 * literal.
 */
export function settingValue(setting: string, value: string): string {
  const lists = new Set([
    "search_path",
    "temp_tablespaces",
    "session_preload_libraries",
    "local_preload_libraries",
  ]);
  if (!lists.has(setting.toLowerCase())) return literal(value);
  return value === "" || value === '""' ? "''" : value;
}

function options(value: JsonValue | undefined): string {
  if (!isJsonObject(value)) return "";
  const list = Object.entries(value).map(([name, setting]) => `${name} = ${literal(text(setting))}`);
  return list.length === 0 ? "" : ` with (${list.join(", ")})`;
}

function type(name: string, object: CatalogObject): string | undefined {
  switch (object.kind) {
    case "enum":
      return `create type ${name} as enum (${texts(object.labels).map(literal).join(", ")})`;
    case "composite":
      return `create type ${name} as (${texts(object.attributes).join(", ")})`;
    case "domain":
      return [
        `create domain ${name} as ${text(object.type)}`,
        ...(object.collation === undefined ? [] : [`collate ${text(object.collation)}`]),
        ...(object.default === undefined ? [] : [`default ${text(object.default)}`]),
        ...(object.notNull === true ? ["not null"] : []),
      ].join(" ");
    default:
      return undefined;
  }
}

function eventTrigger(name: string, object: CatalogObject): string {
  const tags = texts(object.tags);
  const when = tags.length === 0 ? "" : ` when tag in (${tags.map(literal).join(", ")})`;
  const procedure = text(object.function).replace(/\(.*\)$/, "");
  return `create event trigger ${name} on ${text(object.event)}${when} execute function ${procedure}()`;
}

/** Returns a publication's statement. Its members are separate objects. */
function publication(name: string, object: CatalogObject): string {
  const all = object.allTables === true ? " for all tables" : "";
  const publish = literal(texts(object.publish).join(", "));
  return `create publication ${name}${all} with (publish = ${publish}, publish_via_partition_root = ${object.viaPartitionRoot === true})`;
}

function publishedColumns(object: CatalogObject): string {
  const columns = texts(object.columns);
  return columns.length === 0 ? "" : ` (${columns.join(", ")})`;
}

function bucket(id: string, object: CatalogObject): string {
  const types = object.allowedMimeTypes;
  const list = Array.isArray(types) ? `array[${texts(types).map(literal).join(", ")}]::text[]` : "null";
  return `insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values (${[
    literal(id),
    literal(object.name === undefined ? id : text(object.name)),
    object.public === true ? "true" : "false",
    object.fileSizeLimit === undefined ? "null" : text(object.fileSizeLimit),
    list,
  ].join(
    ", ",
  )}) on conflict (id) do update set public = excluded.public, file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types`;
}

/**
 * Returns the statement that creates a trigger also if a manual one has its name, on the table or on a partition. The server replaces no
 * constraint trigger.
 */
export function orReplace(definition: string): string {
  return definition.replace(/^CREATE TRIGGER /, "CREATE OR REPLACE TRIGGER ");
}

export function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}

export function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

/** Returns name, type and origin of a column's values, without `not null`, which a table with rows may refuse. */
export function columnDefinition(name: string, column: CatalogObject, identityOptions = ""): string {
  const parts = [name, text(column.type)];
  if (column.collation !== undefined) parts.push(`collate ${text(column.collation)}`);
  if (column.default !== undefined) parts.push(`default ${text(column.default)}`);
  if (column.generated !== undefined) parts.push(`generated always as (${text(column.generated)}) stored`);
  if (column.identity !== undefined)
    parts.push(`generated ${text(column.identity)} as identity${identityOptions}`);
  return parts.join(" ");
}
