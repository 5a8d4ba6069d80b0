import { isJsonObject, type JsonValue } from "../../../../../../foundation/json";
import { unquotedAsWritten } from "../../source/identifiers";
import type { Catalog, CatalogObject } from "../catalog";
import { partsOfIdentity } from "../identity";
import { usesOf } from "../uses";
import { type Exposure, grantees, hookCaller } from "./exposure";
import { withHeldRoles } from "./memberships";
import { isUsable, type PostureVersion } from "./version";

/** A setting that names a text search configuration. */
const searchSetting = "default_text_search_config";

/** Settings that name a function which the Data API calls: before each request, and for its description. */
const functionSettings = ["pgrst.db_pre_request", "pgrst.db_root_spec"];

/** Properties with code as it was written. It finds a name without a schema in a search path. */
const codeProperties = ["body", "command"];

/** Properties that contain the names of objects in use. The server prints names with their schema. */
const printedProperties = [
  "using",
  "check",
  "definition",
  "function",
  "default",
  searchSetting,
  ...functionSettings,
];

const identifier = String.raw`(?:"(?:[^"]|"")+"|[a-z_][\w$]*)`;
/** Matches a name with its schema. */
const qualifiedName = new RegExp(String.raw`(${identifier})\s*\.\s*(${identifier})`, "gi");
/** Matches a name. */
const bareName = new RegExp(identifier, "gi");
const symbol = "[-+*/<>=~!@#%^&|`?]+";
/** Matches an operator with its schema. */
const qualifiedOperator = new RegExp(String.raw`(${identifier})\s*\.\s*(${symbol})`, "gi");
const bareOperator = new RegExp(symbol, "g");
/** Matches the name of an object in its identity, without a function's or operator's arguments. */
const ownName = new RegExp(`^(${identifier})\\.(${identifier}|${symbol})`, "i");

/** What is known before objects in use are searched for. */
export interface GuardSubject {
  /** The objects that already count. */
  readonly known: ReadonlyMap<string, CatalogObject>;
  /** Returns whether an object does not belong to the bundle. */
  readonly isForeign: (identity: string) => boolean;
  readonly exposure: Exposure;
  readonly version: PostureVersion;
}

/**
 * Returns the functions, operators, types, collations, text search configurations, views and tables outside of exposed schemas that
 * policies, triggers, constraints, defaults, indexes, views, casts, jobs and functions use, directly or indirectly, with the
 * policies, triggers, rules and grants on columns of these tables and views; the functions that settings of the Data API name; and
 * the functions that Auth may call. A policy asks its function regardless of who may use the function's schema, so replacing its
 * body opens what the policy guards. A view that checks its caller's privileges reads a table in any schema.
 */
export function guards(
  live: Catalog,
  { known, isForeign, exposure, version }: GuardSubject,
): ReadonlySet<string> {
  const isHidden = (identity: string) =>
    !exposure.includes(partsOfIdentity(identity).schema ?? "") && isForeign(identity);
  const isPlainColumn = (identity: string) =>
    partsOfIdentity(identity).kind === "column" && live[identity]?.grants === undefined;
  const hidden = Object.keys(live).filter(
    (identity) => isUsable(identity, version) && !isPlainColumn(identity) && isHidden(identity),
  );
  if (hidden.length === 0) return new Set();
  const { byName, parts, columns } = named(hidden);
  const isCandidate = new Set(hidden);
  const path = sessionPath(live, exposure);
  const found = new Set<string>();
  const waiting: CatalogObject[] = [...known.values()];
  const usedBy = (object: CatalogObject) => {
    if (version >= 3) for (const identity of usesOf(object)) if (isCandidate.has(identity)) add(identity);
  };
  const add = (identity: string) => {
    if (found.has(identity)) return;
    found.add(identity);
    waiting.push(live[identity] ?? {});
    const { name } = partsOfIdentity(identity);
    for (const part of parts.get(name) ?? []) add(part);
    // A grant on a column opens what one on its table opens.
    for (const column of columns.get(name) ?? []) found.add(column);
  };
  // The bundle's own objects use others, too.
  for (const [identity, object] of Object.entries(live)) if (!isForeign(identity)) waiting.push(object);
  const isHook = hookFilter(live);
  for (const identity of hidden) if (isHook(identity)) add(identity);
  for (const key of unqualifiedFunctions(live, path))
    for (const identity of byName.get(key) ?? []) add(identity);
  // What is known may be a part of the live object, and only that one has uses.
  for (const identity of known.keys()) usedBy(live[identity] ?? {});
  for (let caller = waiting.pop(); caller !== undefined; caller = waiting.pop()) {
    for (const key of namesIn(caller, path)) for (const identity of byName.get(key) ?? []) add(identity);
    usedBy(caller);
  }
  return found;
}

/** Returns the objects by name; the policies, triggers and rules by table, and the columns. */
function named(identities: readonly string[]) {
  const byName = new Map<string, string[]>();
  const parts = new Map<string, string[]>();
  const columns = new Map<string, string[]>();
  const add = (map: Map<string, string[]>, key: string, identity: string) =>
    map.set(key, [...(map.get(key) ?? []), identity]);
  for (const identity of identities) {
    const { kind, name, parent = "" } = partsOfIdentity(identity);
    if (kind === "column") add(columns, parent, identity);
    else if (parent !== "") add(parts, parent, identity);
    else {
      const [, schema, own] = ownName.exec(name) ?? [];
      if (schema !== undefined && own !== undefined) add(byName, keyOf(schema, own), identity);
    }
  }
  return { byName, parts, columns };
}

/** Returns the key of a name: identifiers as the server compares them, quoted or not. */
function keyOf(schema: string, name: string): string {
  return JSON.stringify([unquotedAsWritten(schema), unquotedAsWritten(name)]);
}

/** Returns the filter for functions that Auth may call: of a schema that it may use. */
function hookFilter(live: Catalog): (identity: string) => boolean {
  const roles = withHeldRoles([hookCaller, "public"], live);
  const holds = ({ owner, grants }: CatalogObject = {}) =>
    [String(owner), ...grantees(grants)].some((role) => roles.has(role));
  return (identity) => {
    const { kind, schema } = partsOfIdentity(identity);
    if (kind !== "function" && kind !== "procedure") return false;
    if (grantees(live[identity]?.grants).includes(hookCaller)) return true;
    return holds(live[`schema ${schema}`]) && holds(live[identity]);
  };
}

/** Settings with schemas in which the Data API and its roles look up a name without a schema. */
const pathSettings = ["search_path", "pgrst.db_schemas", "pgrst.db_extra_search_path"];

/** The Data API's own default, which the platform sets elsewhere. */
const defaultPath = ["public", "extensions"];

/**
 * Returns the schemas in which a session of the API, of Auth or of a job may find a name without a schema. The server's own search path
 * begins with the schema that is named after the role, which anybody who creates schemas may add.
 */
function sessionPath(live: Catalog, { roles }: Exposure): readonly string[] {
  const paths = settingsIn(live, pathSettings).flatMap((path) => path.match(bareName) ?? []);
  const own = [...roles, hookCaller, "postgres"].filter((role) => live[`schema ${role}`] !== undefined);
  return [...new Set([...own, ...defaultPath, ...paths])];
}

/** Returns the functions that settings name without a schema, once for each schema in which they may be found. */
function unqualifiedFunctions(live: Catalog, path: readonly string[]): readonly string[] {
  const names = settingsIn(live, functionSettings).filter((name) => !name.includes("."));
  // Such a setting has the name as it is, without quotes.
  return names.flatMap((name) => path.map((schema) => JSON.stringify([unquotedAsWritten(schema), name])));
}

function settingsIn(live: Catalog, names: readonly string[]): string[] {
  return Object.entries(live)
    .filter(([identity]) => /^(role|database) settings\b/.test(identity))
    .flatMap(([, object]) => names.flatMap((name) => textsOf(object[name])));
}

function namesIn(object: CatalogObject, sessionPath: readonly string[]): ReadonlySet<string> {
  const [code, printed] = [codeProperties, printedProperties].map((names) =>
    names.flatMap((property) => textsOf(object[property])),
  ) as [string[], string[]];
  const keys = new Set<string>();
  const settings = isJsonObject(object.settings) ? object.settings : {};
  code.push(...textsOf(settings[searchSetting]));
  for (const text of [...code, ...printed]) {
    for (const [, schema = "", name = ""] of text.matchAll(qualifiedName)) keys.add(keyOf(schema, name));
  }
  for (const text of code) {
    for (const [, schema = "", name = ""] of text.matchAll(qualifiedOperator)) keys.add(keyOf(schema, name));
  }
  const own = settings.search_path;
  const path = typeof own === "string" ? (own.match(bareName) ?? []) : sessionPath;
  const bare = new Set(
    code.flatMap((text) => [...(text.match(bareName) ?? []), ...(text.match(bareOperator) ?? [])]),
  );
  for (const name of bare) for (const schema of path) keys.add(keyOf(schema, name));
  return keys;
}

function textsOf(value: JsonValue | undefined): string[] {
  if (typeof value === "string") return [value];
  return isJsonObject(value) ? Object.values(value).flatMap(textsOf) : [];
}
