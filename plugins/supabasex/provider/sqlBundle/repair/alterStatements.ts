import type { JsonValue } from "../../../../../foundation/json";
import { type CatalogObject, type ObjectIdentity, partsOfIdentity } from "../catalog";
import { literal } from "../catalog/objects";
import { bareName, quote } from "../source/identifiers";
import { createStatement, settingValue, text, texts } from "./createStatement";
import { alterMembership, alterRole } from "./roles";
import { alterStorage, indexTargets, relationOptions, targetOf, wrapperOptions } from "./storageStatements";
import { restoreCopies, switched } from "./triggerStatements";

/** Returns statements that set one property of an existing object; `undefined` if it has to be recreated. */
export function alterStatements(
  object: ObjectIdentity,
  property: string,
  value: JsonValue | undefined,
  { expected, live }: { readonly expected: CatalogObject; readonly live: CatalogObject },
): string[] | undefined {
  const { kind, name, parent } = object;
  const target = kind === "foreign table" ? `foreign table ${name}` : `${kind} ${name}`;
  switch (property) {
    case "owner":
      return [`alter ${target} owner to ${quote(text(value))}`];
    case "comment":
      return [
        `comment on ${commentTarget(object, expected)} is ${value === undefined ? "null" : literal(text(value))}`,
      ];
    case "partitions":
      return kind === "trigger" ? restoreCopies(object, expected) : undefined;
    case "dependsOn":
      return dependencies(dependent(object, target), texts(value), { live: texts(live.dependsOn) });
    case "enabled":
      return kind === "event trigger"
        ? [`alter event trigger ${name} ${switched(text(value))}`]
        : [`alter table ${parent} ${switched(text(value))} ${kind} ${name}`];
  }
  switch (kind) {
    case "table":
      return alterTable(name, property, value, { live });
    case "view":
      return property === "options" ? relationOptions(`view ${name}`, value, live.options) : undefined;
    case "materialized view":
      return property === "options"
        ? relationOptions(target, value, live.options)
        : alterStorage(target, property, value, { live });
    case "foreign table":
      return property === "wrapperOptions"
        ? wrapperOptions(`alter ${target}`, value, live.wrapperOptions)
        : undefined;
    case "index":
      return property === "statisticsTargets"
        ? indexTargets(`alter index ${name}`, value, live.statisticsTargets)
        : undefined;
    case "statistics":
      return property === "statisticsTarget"
        ? [`alter statistics ${name} set statistics ${targetOf(value)}`]
        : undefined;
    case "column":
      return alterColumn(`alter table ${parent} alter column ${name}`, property, expected, { live });
    case "sequence":
      return alterSequence(`alter sequence ${name}`, property, expected);
    case "type":
      return expected.kind === "domain" ? alterDomain(`alter domain ${name}`, property, value) : undefined;
    case "constraint":
      return property === "validated" && value === undefined
        ? [`alter table ${parent} validate constraint ${name}`]
        : undefined;
    case "publication":
      return alterPublication(name, property, value);
    case "cron job":
      return property === "host" ? scheduleHere(object, expected) : alterJob(name, property, value);
    case "role":
      return alterRole(name, property, value);
    case "membership":
      return alterMembership(name, property, value);
    case "role settings":
    case "database settings":
      return alterSetting(object, property, value);
    default:
      return undefined;
  }
}

/** Returns what depends on an extension, as `alter` names it: of a constraint, its index, which has its name. */
function dependent({ kind, name, parent }: ObjectIdentity, target: string): string {
  if (parent === undefined) return target;
  if (kind !== "constraint") return `${target} on ${parent}`;
  return `index ${partsOfIdentity(`table ${parent}`).schema}.${name}`;
}

/** Returns the statements for the extensions with which the server drops an object. */
function dependencies(
  target: string,
  value: readonly string[],
  { live }: { readonly live: readonly string[] },
): string[] {
  const [added, removed] = [
    value.filter((extension) => !live.includes(extension)),
    live.filter((extension) => !value.includes(extension)),
  ];
  return [
    ...added.map((extension) => `alter ${target} depends on extension ${extension}`),
    ...removed.map((extension) => `alter ${target} no depends on extension ${extension}`),
  ];
}

function commentTarget({ kind, name, parent }: ObjectIdentity, expected: CatalogObject): string {
  if (kind === "column") return `column ${parent}.${name}`;
  if (kind === "type" && expected.kind === "domain") return `domain ${name}`;
  return parent === undefined ? `${kind} ${name}` : `${kind} ${name} on ${parent}`;
}

function alterTable(
  name: string,
  property: string,
  value: JsonValue | undefined,
  { live }: { readonly live: CatalogObject },
): string[] | undefined {
  const alter = `alter table ${name}`;
  switch (property) {
    case "rowSecurity":
      return [`${alter} ${value === true ? "enable" : "disable"} row level security`];
    case "rowSecurityForced":
      return [`${alter} ${value === true ? "force" : "no force"} row level security`];
    case "replicaIdentity": {
      const index = /^index (.+)$/s.exec(text(value))?.[1];
      if (index !== undefined) return [`${alter} replica identity using index ${bareName(index)}`];
      return [`${alter} replica identity ${value === undefined ? "default" : text(value)}`];
    }
    case "persistence":
      return [`${alter} set ${value === "unlogged" ? "unlogged" : "logged"}`];
    case "options":
      return relationOptions(`table ${name}`, value, live.options);
    case "inherits":
      return inheritance(alter, texts(value), texts(live.inherits));
    default:
      return alterStorage(`table ${name}`, property, value, { live });
  }
}

/**
 * Returns the statements for inheritance, which moves no rows. The parents are in the order in which they were added.
 */
function inheritance(alter: string, should: readonly string[], is: readonly string[]): string[] {
  const kept = is.filter((parent, at) => should[at] === parent);
  const isBeginning = kept.length === is.length || kept.length === should.length;
  const stay = isBeginning ? kept : [];
  return [
    ...is.filter((parent) => !stay.includes(parent)).map((parent) => `${alter} no inherit ${parent}`),
    ...should.filter((parent) => !stay.includes(parent)).map((parent) => `${alter} inherit ${parent}`),
  ];
}

function alterColumn(
  alter: string,
  property: string,
  expected: CatalogObject,
  { live }: { readonly live: CatalogObject },
): string[] | undefined {
  const value = expected[property];
  switch (property) {
    case "default":
      return [value === undefined ? `${alter} drop default` : `${alter} set default ${text(value)}`];
    case "notNull":
      return [`${alter} ${value === true ? "set" : "drop"} not null`];
    case "statisticsTarget":
      return [`${alter} set statistics ${targetOf(value)}`];
    case "statisticsOptions":
      return relationOptions(alter.replace(/^alter /, ""), value, live.statisticsOptions);
    case "wrapperOptions":
      return wrapperOptions(alter.replace(/^alter table/, "alter foreign table"), value, live.wrapperOptions);
    case "compression":
      return [`${alter} set compression ${value === undefined ? "default" : text(value)}`];
    case "storage":
      // Types of fixed length cannot be stored differently; among the others, numbers stay in the row if they fit.
      return [
        `${alter} set storage ${value === undefined ? (/^numeric/.test(text(expected.type)) ? "main" : "extended") : text(value)}`,
      ];
    case "identity":
      if (value === undefined || live.identity === undefined) return undefined;
      return [`${alter} set generated ${text(value)}`];
    default:
      return undefined;
  }
}

/** Returns the statements for the parameters of a sequence. Its position is data, and stays. */
function alterSequence(alter: string, property: string, expected: CatalogObject): string[] | undefined {
  const value = expected[property];
  switch (property) {
    case "increment":
      return [`${alter} increment by ${value === undefined ? 1 : text(value)}`];
    case "cache":
      return [`${alter} cache ${value === undefined ? 1 : text(value)}`];
    case "start":
      // Only a restart uses it.
      return [`${alter} start with ${text(value ?? expected.minimum ?? 1)}`];
    case "unlogged":
      return [`${alter} set ${value === true ? "unlogged" : "logged"}`];
    case "cycle":
      return [`${alter} ${value === true ? "cycle" : "no cycle"}`];
    case "type":
      return [`${alter} as ${value === undefined ? "bigint" : text(value)}`];
    case "ownedBy": {
      const { parent, name } = partsOfIdentity(`column ${text(value)}`);
      return [`${alter} owned by ${value === undefined ? "none" : `${parent}.${name}`}`];
    }
    case "minimum":
    case "maximum": {
      const bound = property === "minimum" ? "minvalue" : "maxvalue";
      return [`${alter} ${value === undefined ? `no ${bound}` : `${bound} ${text(value)}`}`];
    }
    default:
      return undefined;
  }
}

function alterDomain(alter: string, property: string, value: JsonValue | undefined): string[] | undefined {
  switch (property) {
    case "default":
      return [value === undefined ? `${alter} drop default` : `${alter} set default ${text(value)}`];
    case "notNull":
      return [`${alter} ${value === true ? "set" : "drop"} not null`];
    default:
      return undefined;
  }
}

function alterPublication(
  name: string,
  property: string,
  value: JsonValue | undefined,
): string[] | undefined {
  switch (property) {
    case "publish":
      return [`alter publication ${name} set (publish = ${literal(texts(value).join(", "))})`];
    case "viaPartitionRoot":
      return [`alter publication ${name} set (publish_via_partition_root = ${value === true})`];
    default:
      return undefined;
  }
}

/**
 * Returns the statements for a job's database and host. No function of pg_cron changes them, and a new job runs here.
 */
function scheduleHere(object: ObjectIdentity, expected: CatalogObject): string[] | undefined {
  const create = createStatement(object, expected);
  const remove = `select cron.unschedule(jobid) from cron.job where jobname = ${literal(object.name)} and username = current_user`;
  return create === undefined ? undefined : [remove, create];
}

/**
 * Returns the statements for what rescheduling a job does not change. They run as the job's user, because only that
 * role may change it.
 */
function alterJob(name: string, property: string, value: JsonValue | undefined): string[] | undefined {
  if (property !== "active" && property !== "database") return undefined;
  const to = property === "active" ? String(value === true) : literal(text(value));
  return [
    `select cron.alter_job(jobid, ${property} := ${to}) from cron.job where jobname = ${literal(name)} and username = current_user`,
  ];
}

/** Returns the statements for settings of a role, of a role in this database or of the database. */
function alterSetting(
  { kind, name }: ObjectIdentity,
  setting: string,
  value: JsonValue | undefined,
): string[] {
  const alter = kind === "database settings" ? `alter database ${name}` : `alter role ${name}`;
  return [
    value === undefined
      ? `${alter} reset ${setting}`
      : `${alter} set ${setting} to ${settingValue(setting, text(value))}`,
  ];
}
