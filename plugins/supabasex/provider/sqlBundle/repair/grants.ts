import { isJsonObject, type JsonValue } from "../../../../../foundation/json";
import type { CatalogObject, ObjectIdentity } from "../catalog";
import { quote, unquoted } from "../source/identifiers";
import { text } from "./createStatement";

/** How privileges on one object are written: `grant select on table shared.customers to authenticated`. */
export interface GrantTarget {
  /** The part after `on`, such as `table shared.customers`. */
  readonly on: string;
  /** For the privileges of a column: its name. */
  readonly column?: string;
  /** Precedes `grant` and `revoke`: `alter default privileges for role postgres in schema shared`. */
  readonly before?: string;
  /** The owner has all privileges, which a list of grants omits. */
  readonly owner?: string;
}

export interface GrantStatements {
  /** Grant what is missing. */
  readonly missing: readonly string[];
  /** Revoke what is not expected. */
  readonly extra: readonly string[];
}

/** Returns the statements that turn the live grants into the expected ones. */
export function grantStatements(
  expected: JsonValue | undefined,
  live: JsonValue | undefined,
  target: GrantTarget,
): GrantStatements {
  const missing: string[] = [];
  const extra: string[] = [];
  const [wanted, found] = [grantees(expected), grantees(live)];
  for (const grantee of new Set([...wanted.keys(), ...found.keys()])) {
    const should = wanted.get(grantee);
    const is = found.get(grantee);
    if (should === undefined && grantee === target.owner) {
      missing.push(grant(["all"], grantee, target));
      continue;
    }
    const lacking = (should ?? []).filter((privilege) => !holds(is ?? [], privilege));
    if (lacking.length > 0) missing.push(...grantAll(lacking, grantee, target));
    const surplus = (is ?? []).filter((privilege) => !holds(should ?? [], privilege));
    const onlyOption = surplus.filter((privilege) => holds(should ?? [], bare(privilege)));
    const whole = surplus.filter((privilege) => !onlyOption.includes(privilege));
    if (onlyOption.length > 0) extra.push(revokeOption(onlyOption, grantee, target));
    if (whole.length === 0) continue;
    extra.push(revoke(whole, grantee, target));
    // `all` includes expected privileges, so grant these again.
    if (whole.some((privilege) => bare(privilege) === "all") && should !== undefined) {
      extra.push(...grantAll(should, grantee, target));
    }
  }
  return { missing, extra };
}

/** Returns the live privileges that are not expected, by grantee. */
export function surplusGrants(
  expected: JsonValue | undefined,
  live: JsonValue | undefined,
): Map<string, string[]> {
  const wanted = grantees(expected);
  const surplus = [...grantees(live)].map(([grantee, privileges]): [string, string[]] => [
    grantee,
    privileges.filter((privilege) => !holds(wanted.get(grantee) ?? [], privilege)),
  ]);
  return new Map(surplus.filter(([, privileges]) => privileges.length > 0));
}

function grantees(value: JsonValue | undefined): Map<string, string[]> {
  if (!isJsonObject(value)) return new Map();
  return new Map(
    Object.entries(value).map(([grantee, list]) => [grantee, Array.isArray(list) ? list.map(String) : []]),
  );
}

const grantOption = " with grant option";

function bare(privilege: string): string {
  return privilege.endsWith(grantOption) ? privilege.slice(0, -grantOption.length) : privilege;
}

/** The meaning of `all` on a table in every version of the server; later ones add to it. */
const tablePrivileges = ["select", "insert", "update", "delete", "truncate", "references", "trigger"];

/** Returns whether a list contains a privilege: by name, with its grant option, or as part of all privileges. */
function holds(list: readonly string[], privilege: string): boolean {
  if (list.includes(privilege) || list.includes(`all${grantOption}`)) return true;
  if (privilege.endsWith(grantOption)) return false;
  if (list.includes("all") || list.includes(privilege + grantOption)) return true;
  return privilege === "all" && tablePrivileges.every((name) => holds(list, name));
}

function grantAll(privileges: readonly string[], grantee: string, target: GrantTarget): string[] {
  const plain = privileges.filter((privilege) => !privilege.endsWith(grantOption));
  const grantable = privileges.filter((privilege) => privilege.endsWith(grantOption)).map(bare);
  return [
    ...(plain.length > 0 ? [grant(plain, grantee, target)] : []),
    ...(grantable.length > 0 ? [`${grant(grantable, grantee, target)}${grantOption}`] : []),
  ];
}

function grant(privileges: readonly string[], grantee: string, target: GrantTarget): string {
  return `${start(target)}grant ${written(privileges, target)} on ${target.on} to ${role(grantee)}`;
}

/**
 * Returns the revoke statement. A role with the grant option may have granted the privilege to others, who lose it too,
 * and get it back if it is expected.
 */
function revoke(privileges: readonly string[], grantee: string, target: GrantTarget): string {
  const cascade = privileges.some((privilege) => privilege.endsWith(grantOption)) ? " cascade" : "";
  return `${start(target)}revoke ${written(privileges.map(bare), target)} on ${target.on} from ${role(grantee)}${cascade}`;
}

function revokeOption(privileges: readonly string[], grantee: string, target: GrantTarget): string {
  return `${start(target)}revoke grant option for ${written(privileges.map(bare), target)} on ${target.on} from ${role(grantee)} cascade`;
}

function start(target: GrantTarget): string {
  return target.before === undefined ? "" : `${target.before} `;
}

function written(privileges: readonly string[], target: GrantTarget): string {
  const suffix = target.column === undefined ? "" : ` (${target.column})`;
  return privileges.map((privilege) => `${privilege}${suffix}`).join(", ");
}

function role(grantee: string): string {
  return grantee === "public" ? "public" : quote(grantee);
}

/** Returns how privileges on an object are written. */
export function grantTarget(object: ObjectIdentity, expected: CatalogObject): GrantTarget {
  const owner = expected.owner === undefined ? {} : { owner: text(expected.owner) };
  const { kind, name, parent } = object;
  switch (kind) {
    case "column":
      return { on: `table ${parent}`, column: name };
    case "default privileges": {
      const { role = "", objects = "" } = object.defaults ?? {};
      const inSchema = object.schema === undefined ? "" : ` in schema ${object.schema}`;
      return {
        on: objects,
        before: `alter default privileges for role ${role}${inSchema}`,
        owner: unquoted(role),
      };
    }
    case "database":
      return { on: `database ${name}`, ...owner };
    case "view":
    case "materialized view":
    case "foreign table":
      return { on: `table ${name}`, ...owner };
    case "aggregate":
      return { on: `function ${name}`, ...owner };
    default:
      return { on: `${kind} ${name}`, ...owner };
  }
}
