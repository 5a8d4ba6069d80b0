import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "./catalog";
import { existenceOnlyMark } from "./kinds/existenceOnly";
import { changedProperties, touched } from "./properties";

/** Returns the change of a property for a reader: `true → false`, `+ insert to anon`. */
export function changeText(property: string, from: JsonValue | undefined, to: JsonValue | undefined): string {
  if (property === "grants") return grantsText(asObject(from), asObject(to));
  if (isJsonObject(from) || isJsonObject(to)) return mapText(asObject(from), asObject(to));
  if (Array.isArray(from) && Array.isArray(to)) return listText(from, to);
  if (typeof from === "string" && typeof to === "string" && (from.includes("\n") || to.includes("\n"))) {
    return lineDiff(from.split("\n"), to.split("\n")).join("\n");
  }
  return `${printed(from)} → ${printed(to)}`;
}

/** Properties that say nothing about a new object: marks, and hashes of its parts. */
const unreadable: ReadonlySet<string> = new Set([
  touched,
  existenceOnlyMark,
  "columnTypes",
  "constraints",
  "defaults",
  "expressions",
  "loggedTables",
  "statistics",
  "tables",
  "types",
]);

/** Returns a description of an object in one line: what a policy allows, or the properties of others. */
export function objectText(kind: string, object: CatalogObject): string {
  if (kind === "policy") {
    const { mode, command, roles, using, check } = object;
    const conditions = [
      ...(using === undefined ? [] : [` using (${printed(using)})`]),
      ...(check === undefined ? [] : [` with check (${printed(check)})`]),
    ];
    return `${printed(mode)} for ${printed(command)} to ${printed(roles)}${conditions.join("")}`;
  }
  return Object.entries(object)
    .filter(([name, value]) => !unreadable.has(name) && value !== "")
    .map(([name, value]) =>
      name === "grants" ? grantsText({}, asObject(value)) : `${name} ${printed(value)}`,
    )
    .filter((text) => text !== "" && !text.includes("\n"))
    .join(", ");
}

function printed(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "none";
  if (Array.isArray(value)) return value.map(printed).join(", ");
  return typeof value === "string" ? value : canonicalJson(value);
}

/** The maximum length of a list that is printed completely. */
const shortList = 6;

function listText(from: readonly JsonValue[], to: readonly JsonValue[]): string {
  if (from.length <= shortList && to.length <= shortList)
    return `${printed([...from])} → ${printed([...to])}`;
  const [before, after] = [new Set(from.map(canonicalJson)), new Set(to.map(canonicalJson))];
  const added = to.filter((item) => !before.has(canonicalJson(item)));
  const removed = from.filter((item) => !after.has(canonicalJson(item)));
  if (added.length + removed.length === 0) return "in another order";
  return [...removed.map((item) => `− ${printed(item)}`), ...added.map((item) => `+ ${printed(item)}`)].join(
    ", ",
  );
}

function mapText(from: JsonObject, to: JsonObject): string {
  return changedProperties(from, to)
    .map((name) => {
      if (to[name] === undefined) return `− ${name}`;
      if (from[name] === undefined) return `+ ${name} ${printed(to[name])}`;
      return `${name} ${printed(from[name])} → ${printed(to[name])}`;
    })
    .join(", ");
}

function grantsText(from: JsonObject, to: JsonObject): string {
  return changedProperties(from, to)
    .flatMap((grantee) => {
      const [before, after] = [asList(from[grantee]), asList(to[grantee])];
      const removed = before.filter((privilege) => !after.includes(privilege));
      const added = after.filter((privilege) => !before.includes(privilege));
      return [
        ...(removed.length === 0 ? [] : [`− ${removed.join(", ")} from ${grantee}`]),
        ...(added.length === 0 ? [] : [`+ ${added.join(", ")} to ${grantee}`]),
      ];
    })
    .join("; ");
}

/** Returns the changed lines between the first and the last difference. */
function lineDiff(from: readonly string[], to: readonly string[]): string[] {
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1;
  let end = 0;
  while (
    end < from.length - start &&
    end < to.length - start &&
    from[from.length - 1 - end] === to[to.length - 1 - end]
  ) {
    end += 1;
  }
  return [
    ...from.slice(start, from.length - end).map((line) => `- ${line}`),
    ...to.slice(start, to.length - end).map((line) => `+ ${line}`),
  ];
}

function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function asList(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
