import { isJsonObject, type JsonValue } from "../../../../../foundation/json";
import type { CatalogDifference, CatalogObject } from "../catalog";
import { quote } from "../declaredObjects";
import { literal } from "../objects";
import { createStatement, settingValue, text, texts } from "./createStatement";
import { type GrantTarget, grantStatements } from "./grants";
import { type ObjectName, objectName } from "./objectName";

/** What can be done about the differences of one object. */
export interface Repair {
  readonly identity: string;
  /** Put right what is missing or changed. Run in this order. */
  readonly statements: readonly string[];
  /** Take away what is there beyond the expected: for `prune: drop` only. */
  readonly prune: readonly string[];
  /** Extra, and nothing that pruning takes away: only ever reported. */
  readonly reported: boolean;
  /** Missing or changed, and not to be put right without a person: what, and the statement that would where there is one. */
  readonly impossible: readonly string[];
}

/** Extra objects that `prune: drop` drops. All other kinds may hold data or belong to somebody else. */
const prunable: ReadonlySet<string> = new Set(["policy", "function", "procedure", "trigger"]);

/** The repair of one object's differences, from what is expected of it. */
export function repairOf(
  identity: string,
  differences: readonly CatalogDifference[],
  expected: CatalogObject | undefined,
  live: CatalogObject | undefined,
): Repair {
  const object = objectName(identity);
  const nothing = { identity, statements: [], prune: [], reported: false, impossible: [] };
  if (expected === undefined) return extraObject(nothing, object, live);
  if (live === undefined) return missingObject(nothing, object, expected);
  const statements: string[] = [];
  const prune: string[] = [];
  const impossible: string[] = [];
  let recreated = false;
  for (const { property = "" } of differences) {
    const should = expected[property];
    if (property === "grants") {
      const grants = grantStatements(should, live.grants, grantTarget(object, expected));
      statements.push(...grants.missing);
      prune.push(...grants.extra);
      continue;
    }
    const small = alterStatements(object, property, should, expected, live);
    if (small !== undefined) statements.push(...small);
    else if (recreatable.has(object.kind)) recreated = true;
    else impossible.push(`${property} is ${shown(live[property])} instead of ${shown(should)}`);
  }
  if (recreated) statements.unshift(...recreate(object, expected));
  return { ...nothing, statements, prune, impossible };
}

type Nothing = Omit<Repair, "statements" | "prune" | "impossible"> & {
  readonly statements: readonly string[];
  readonly prune: readonly string[];
  readonly impossible: readonly string[];
};

function extraObject(nothing: Nothing, object: ObjectName, live: CatalogObject | undefined): Repair {
  if (object.kind === "default privileges") {
    const { extra } = grantStatements({}, live?.grants, grantTarget(object, {}));
    return { ...nothing, prune: extra };
  }
  if (object.kind === "column" && live?.type === undefined) {
    // A view's column is listed only for what was granted or said on it.
    return { ...nothing, prune: grantStatements({}, live?.grants, grantTarget(object, {})).extra };
  }
  if (!prunable.has(object.kind)) return { ...nothing, reported: true };
  return { ...nothing, prune: [dropOf(object)] };
}

function missingObject(nothing: Nothing, object: ObjectName, expected: CatalogObject): Repair {
  const create = createStatement(object, expected);
  if (object.kind === "default privileges") {
    const target = grantTarget(object, expected);
    return { ...nothing, statements: grantStatements(expected.grants, {}, target).missing };
  }
  if (create === undefined) return { ...nothing, impossible: [missingSentence(object, expected)] };
  return { ...nothing, statements: [create, ...ornaments(object, expected)] };
}

/** For a person, since only a person knows where the data is: the statement that would make it again. */
function missingSentence({ kind, name, parent }: ObjectName, expected: CatalogObject): string {
  switch (kind) {
    case "column":
      return `it is missing; alter table ${parent} add column ${name} ${text(expected.type)}${
        expected.default === undefined ? "" : ` default ${text(expected.default)}`
      }${expected.notNull === true ? " not null" : ""}`;
    case "extension":
      return `it is missing; create extension ${name} schema ${text(expected.schema)}`;
    case "schema":
      return `it is missing; create schema ${name} authorization ${quote(text(expected.owner))}`;
    default:
      return "it is missing; restore it from a backup, or make it again as its migration does";
  }
}

/** What belongs to an object beside its definition: needed after it was made again. */
function ornaments(object: ObjectName, expected: CatalogObject): string[] {
  const statements: string[] = [];
  for (const property of ["owner", "comment", "enabled", "active"]) {
    const value = expected[property];
    if (value === undefined || (property === "enabled" && value === "yes") || value === true) continue;
    statements.push(...(alterStatements(object, property, value, expected, {}) ?? []));
  }
  if (expected.grants !== undefined) {
    const isRoutine = object.kind === "function" || object.kind === "procedure";
    const born: JsonValue =
      isRoutine || object.kind === "type" ? { public: [isRoutine ? "execute" : "usage"] } : {};
    const { missing, extra } = grantStatements(expected.grants, born, grantTarget(object, expected));
    statements.push(...extra, ...missing);
  }
  return statements;
}

/** Kinds that hold no data: dropping and making them again is a repair. */
const recreatable: ReadonlySet<string> = new Set([
  "policy",
  "function",
  "procedure",
  "view",
  "materialized view",
  "trigger",
  "rule",
  "index",
  "statistics",
  "constraint",
  "event trigger",
  "publication table",
  "cron job",
  "bucket",
]);

/** Kinds whose create statement replaces what is there. */
const replacing: ReadonlySet<string> = new Set(["function", "procedure", "view", "cron job", "bucket"]);

function recreate(object: ObjectName, expected: CatalogObject): string[] {
  const create = createStatement(object, expected);
  if (create === undefined) return [];
  if (replacing.has(object.kind)) return [create];
  return [dropOf(object), create, ...ornaments(object, expected)];
}

function dropOf({ kind, name, parent }: ObjectName): string {
  switch (kind) {
    case "constraint":
      return `alter table ${parent} drop constraint ${name}`;
    case "publication table":
      return `alter publication ${name} drop table ${parent}`;
    case "policy":
    case "trigger":
    case "rule":
      return `drop ${kind} ${name} on ${parent}`;
    default:
      return `drop ${kind} ${name}`;
  }
}

function grantTarget(object: ObjectName, expected: CatalogObject): GrantTarget {
  const owner = expected.owner === undefined ? {} : { owner: text(expected.owner) };
  const { kind, name, parent } = object;
  switch (kind) {
    case "column":
      return { on: `table ${parent}`, column: name };
    case "default privileges": {
      const [, role, schema, objects] = /^("(?:[^"]|"")+"|\S+)(?: in (.+))? (\w+)$/.exec(name) ?? [];
      const inSchema = schema === undefined ? "" : ` in schema ${schema}`;
      return {
        on: objects ?? "",
        before: `alter default privileges for role ${role}${inSchema}`,
        owner: role ?? "",
      };
    }
    case "database":
      return { on: `database ${name}`, ...owner };
    case "view":
    case "materialized view":
    case "foreign table":
      return { on: `table ${name}`, ...owner };
    default:
      return { on: `${kind} ${name}`, ...owner };
  }
}

/** Statements that set one property of an object that is there; `undefined` where it takes making the object again. */
function alterStatements(
  object: ObjectName,
  property: string,
  value: JsonValue | undefined,
  expected: CatalogObject,
  live: CatalogObject,
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
    case "enabled":
      return kind === "event trigger"
        ? [`alter event trigger ${name} ${switched(text(value))}`]
        : [`alter table ${parent} ${switched(text(value))} ${kind} ${name}`];
  }
  switch (kind) {
    case "table":
      return alterTable(name, property, value, live);
    case "view":
      return property === "options" ? relationOptions(`view ${name}`, value, live.options) : undefined;
    case "column":
      return alterColumn(`alter table ${parent} alter column ${name}`, property, value);
    case "constraint":
      return property === "validated" && value === undefined
        ? [`alter table ${parent} validate constraint ${name}`]
        : undefined;
    case "publication":
      return alterPublication(name, property, value);
    case "cron job":
      return property === "active"
        ? [
            `select cron.alter_job(jobid, active := ${value === true}) from cron.job where jobname = ${literal(name)}`,
          ]
        : undefined;
    case "role settings":
    case "database settings":
      return alterSetting(object, property, value);
    default:
      return undefined;
  }
}

function switched(enabled: string): string {
  switch (enabled) {
    case "no":
      return "disable";
    case "on replicas":
      return "enable replica";
    case "always":
      return "enable always";
    default:
      return "enable";
  }
}

function commentTarget({ kind, name, parent }: ObjectName, expected: CatalogObject): string {
  if (kind === "column") return `column ${parent}.${name}`;
  if (kind === "type" && expected.kind === "domain") return `domain ${name}`;
  return parent === undefined ? `${kind} ${name}` : `${kind} ${name} on ${parent}`;
}

function alterTable(
  name: string,
  property: string,
  value: JsonValue | undefined,
  live: CatalogObject,
): string[] | undefined {
  const alter = `alter table ${name}`;
  switch (property) {
    case "rowSecurity":
      return [`${alter} ${value === true ? "enable" : "disable"} row level security`];
    case "rowSecurityForced":
      return [`${alter} ${value === true ? "force" : "no force"} row level security`];
    case "replicaIdentity": {
      const index = /^index (?:.+\.)?((?:"(?:[^"]|"")+")|[^."]+)$/.exec(text(value))?.[1];
      if (index !== undefined) return [`${alter} replica identity using index ${index}`];
      return [`${alter} replica identity ${value === undefined ? "default" : text(value)}`];
    }
    case "persistence":
      return [`${alter} set ${value === "unlogged" ? "unlogged" : "logged"}`];
    case "options":
      return relationOptions(`table ${name}`, value, live.options);
    default:
      return undefined;
  }
}

function relationOptions(
  target: string,
  value: JsonValue | undefined,
  live: JsonValue | undefined,
): string[] {
  const [should, is] = [isJsonObject(value) ? value : {}, isJsonObject(live) ? live : {}];
  const set = Object.entries(should).filter(([option, setting]) => is[option] !== setting);
  const reset = Object.keys(is).filter((option) => should[option] === undefined);
  return [
    ...(reset.length > 0 ? [`alter ${target} reset (${reset.join(", ")})`] : []),
    ...(set.length > 0
      ? [
          `alter ${target} set (${set.map(([option, setting]) => `${option} = ${literal(text(setting))}`).join(", ")})`,
        ]
      : []),
  ];
}

function alterColumn(alter: string, property: string, value: JsonValue | undefined): string[] | undefined {
  switch (property) {
    case "default":
      return [value === undefined ? `${alter} drop default` : `${alter} set default ${text(value)}`];
    case "notNull":
      return [`${alter} ${value === true ? "set" : "drop"} not null`];
    case "compression":
      return [`${alter} set compression ${value === undefined ? "default" : text(value)}`];
    case "storage":
      return value === undefined ? undefined : [`${alter} set storage ${text(value)}`];
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

function alterSetting(
  { kind, name }: ObjectName,
  setting: string,
  value: JsonValue | undefined,
): string[] | undefined {
  if (kind !== "role settings") return undefined;
  const here = name.endsWith(" in this database");
  if (here) return undefined;
  const alter = `alter role ${name}`;
  return [
    value === undefined
      ? `${alter} reset ${setting}`
      : `${alter} set ${setting} to ${settingValue(setting, text(value))}`,
  ];
}

function shown(value: JsonValue | undefined): string {
  return value === undefined || value === null
    ? "absent"
    : typeof value === "string"
      ? value
      : JSON.stringify(value);
}
