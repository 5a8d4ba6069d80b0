import { isJsonObject, type JsonValue } from "../../../../../../foundation/json";
import type { Catalog, CatalogObject } from "../catalog";
import { partsOfIdentity } from "../identity";
import { grantees } from "./exposure";

/** Settings that name a function which the Data API calls: before each request, and for its description. */
const functionSettings = ["pgrst.db_pre_request", "pgrst.db_root_spec"];

/** Properties that contain the names of objects in use. The server prints names with their schema; bodies are as written. */
const namingProperties = ["using", "check", "definition", "function", "body", "default", ...functionSettings];

const identifier = String.raw`(?:"(?:[^"]|"")+"|[a-z_][\w$]*)`;
/** Matches a name with its schema. */
const qualifiedName = new RegExp(`${identifier}\\.${identifier}`, "gi");
/** Matches a name. */
const bareName = new RegExp(identifier, "gi");

/** The role as which Auth calls its hooks, which decide who can sign in and what a token contains. */
const hookCaller = "supabase_auth_admin";

/**
 * Returns the functions and views that policies, triggers, views and functions use, directly or indirectly, in any
 * schema; the functions that settings of the Data API name; and the functions that Auth may call. A policy asks
 * its function regardless of who may use the function's schema, so replacing its body opens what the policy guards.
 *
 * @param callers the objects that already count
 */
export function guards(live: Catalog, callers: Iterable<CatalogObject>): ReadonlySet<string> {
  const byName = usableByName(live);
  const found = new Set<string>();
  const waiting = [...callers];
  const add = (identity: string) => {
    if (found.has(identity)) return;
    found.add(identity);
    waiting.push(live[identity] ?? {});
  };
  for (const identity of [...byName.values()].flat()) {
    if (grantees(live[identity]?.grants).includes(hookCaller)) add(identity);
  }
  for (const name of unqualifiedFunctions(live)) for (const identity of byName.get(name) ?? []) add(identity);
  for (let caller = waiting.pop(); caller !== undefined; caller = waiting.pop()) {
    for (const name of namesIn(caller)) for (const identity of byName.get(name) ?? []) add(identity);
  }
  return found;
}

const usableKinds: ReadonlySet<string> = new Set(["function", "procedure", "view", "materialized view"]);

function usableByName(live: Catalog): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const identity of Object.keys(live)) {
    const { kind, name } = partsOfIdentity(identity);
    if (!usableKinds.has(kind)) continue;
    const [qualified = name] = name.split("(", 1);
    byName.set(qualified, [...(byName.get(qualified) ?? []), identity]);
  }
  return byName;
}

/** Settings with schemas in which the Data API and its roles look up a name without a schema. */
const pathSettings = ["search_path", "pgrst.db_schemas", "pgrst.db_extra_search_path"];

/** The Data API's own default, which the platform sets elsewhere. */
const defaultPath = ["public", "extensions"];

/** Returns the functions that settings name without a schema, once for each schema in which they may be found. */
function unqualifiedFunctions(live: Catalog): readonly string[] {
  const settings = Object.entries(live).filter(([identity]) => /^(role|database) settings\b/.test(identity));
  const valuesOf = (names: readonly string[]) =>
    settings.flatMap(([, object]) => names.flatMap((name) => textsOf(object[name])));
  const functions = valuesOf(functionSettings).filter((name) => !name.includes("."));
  const schemas = [
    ...defaultPath,
    ...valuesOf(pathSettings).flatMap((path) => path.match(bareName) ?? []),
  ].map(folded);
  return functions.flatMap((name) =>
    [...new Set(schemas)].map((schema) => `${schema}.${asIdentifier(name)}`),
  );
}

/** Returns a plain name as in a statement. */
function asIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function namesIn(object: CatalogObject): ReadonlySet<string> {
  const texts = namingProperties.flatMap((property) => textsOf(object[property]));
  const names = new Set(texts.flatMap((text) => text.match(qualifiedName) ?? []).map(folded));
  const path = isJsonObject(object.settings) ? object.settings.search_path : undefined;
  if (typeof path !== "string") return names;
  // A body finds the names that it writes without a schema in its own search path.
  const bare = new Set(texts.flatMap((text) => text.match(bareName) ?? []).map(folded));
  for (const schema of path.match(bareName) ?? [])
    for (const name of bare) names.add(`${folded(schema)}.${name}`);
  return names;
}

function folded(name: string): string {
  return name.includes('"') ? name : name.toLowerCase();
}

function textsOf(value: JsonValue | undefined): string[] {
  if (typeof value === "string") return [value];
  return isJsonObject(value) ? Object.values(value).flatMap(textsOf) : [];
}
