import { isJsonObject, type JsonValue } from "../../../../../../foundation/json";
import type { Catalog, CatalogObject } from "../catalog";
import { partsOfIdentity } from "../identity";

/** Properties in which an object names the functions that it calls, as the server prints them: with their schema. */
const callingProperties = ["using", "check", "definition", "function", "body", "default"];

/** Matches a name with its schema before a parenthesis. */
const call = /((?:"(?:[^"]|"")+"|[a-z_][\w$]*)\.(?:"(?:[^"]|"")+"|[a-z_][\w$]*))\s*\(/gi;

/**
 * Returns the functions that policies, triggers, views and functions call, directly or indirectly, in any schema. A
 * policy calls its function regardless of who may use the function's schema, so another body there opens what the
 * policy guards.
 *
 * @param callers the objects that already count
 */
export function calledFunctions(live: Catalog, callers: Iterable<CatalogObject>): ReadonlySet<string> {
  const byName = functionsByName(live);
  const found = new Set<string>();
  const waiting = [...callers];
  for (let caller = waiting.pop(); caller !== undefined; caller = waiting.pop()) {
    for (const identity of namesIn(caller).flatMap((name) => byName.get(name) ?? [])) {
      if (found.has(identity)) continue;
      found.add(identity);
      waiting.push(live[identity] ?? {});
    }
  }
  return found;
}

function functionsByName(live: Catalog): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const identity of Object.keys(live)) {
    const { kind, name } = partsOfIdentity(identity);
    if (kind !== "function" && kind !== "procedure") continue;
    const qualified = name.slice(0, name.indexOf("("));
    byName.set(qualified, [...(byName.get(qualified) ?? []), identity]);
  }
  return byName;
}

function namesIn(object: CatalogObject): string[] {
  return callingProperties
    .flatMap((property) => textsOf(object[property]))
    .flatMap((text) =>
      [...text.matchAll(call)].map(([, name = ""]) => (name.includes('"') ? name : name.toLowerCase())),
    );
}

function textsOf(value: JsonValue | undefined): string[] {
  if (typeof value === "string") return [value];
  return isJsonObject(value) ? Object.values(value).flatMap(textsOf) : [];
}
