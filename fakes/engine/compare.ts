import { canonicalJson, type JsonValue } from "../../foundation/json";
import { type Difference, differences, own } from "../../plugins/provider-host/diff";
import { formatPath } from "../../plugins/provider-host/propertyPath";
import type { DiffKind, DiffRequest, DiffResponse, PropertyDiff } from "../../plugins/provider-host/provider";
import { containsUnknown, reveal, type Value } from "../../plugins/provider-host/values";
import { isAutonamed } from "./check";
import type { AnyResource, Property } from "./table";

/**
 * Compares the inputs with the state. During a refresh the state was just read from the service, so the same comparison finds
 * changes of the program and manual changes.
 */
export function compare(resource: AnyResource<never>, request: DiffRequest): DiffResponse {
  const detailed: Record<string, PropertyDiff> = {};
  for (const [key, property] of Object.entries(resource.inputs)) {
    const desired = own(request.inputs, key);
    const before = own(request.oldInputs, key);
    const actual = own(request.oldOutputs, key) ?? before;
    const inputDiff = differences(before, desired).length > 0;
    for (const { path, kind } of propertyDifferences(property, key, { actual, desired })) {
      const name = formatPath(path);
      if (request.ignoreChanges.some((ignored) => name === ignored || isBelow(name, ignored))) continue;
      const replacing: DiffKind = property.replaces === true ? `${kind}-replace` : kind;
      detailed[name] = { kind: replacing, inputDiff };
    }
  }
  const changes = Object.keys(detailed).length > 0;
  return { changes, detailed, deleteBeforeReplace: mustDeleteFirst(resource, request) };
}

/** Returns whether a property of the state matches the program. */
export function isSame(
  property: Property,
  key: string,
  { actual, desired }: { readonly actual: Value; readonly desired: Value },
): boolean {
  return propertyDifferences(property, key, { actual, desired }).length === 0;
}

function propertyDifferences(
  property: Property,
  key: string,
  { actual, desired }: { readonly actual: Value | undefined; readonly desired: Value | undefined },
): Difference[] {
  const path = [key];
  // Most services do not distinguish an empty value from a missing one.
  if (isEmpty(desired)) {
    if (isEmpty(actual) || (desired === undefined && property.computed === true)) return [];
    if (desired === undefined) return [{ path, kind: "delete" }];
  }
  if (desired === undefined) return [];
  if (actual === undefined) return [{ path, kind: "add" }];
  if (!containsUnknown(desired) && !containsUnknown(actual)) {
    if (property.same?.(plain(desired), plain(actual)) === true) return [];
    const normal = (value: Value) => property.normal?.(plain(value)) ?? plain(value);
    // A path into the parsed form does not exist in the text itself, so a preview would show nothing.
    if (property.type === "string")
      return differences(normal(actual), normal(desired)).length === 0 ? [] : [{ path, kind: "update" }];
    if (property.unordered === true) return unorderedDifferences(key, normal(actual), normal(desired));
    return differences(normal(actual), normal(desired), path);
  }
  return differences(actual, desired, path);
}

function unorderedDifferences(key: string, actual: JsonValue, desired: JsonValue): Difference[] {
  if (!Array.isArray(actual) || !Array.isArray(desired)) return [{ path: [key], kind: "update" }];
  const missingFrom = (list: JsonValue[]) => {
    const texts = new Set(list.map(canonicalJson));
    return (item: JsonValue) => !texts.has(canonicalJson(item));
  };
  const wanted = missingFrom(desired);
  const had = missingFrom(actual);
  return Array.from({ length: Math.max(actual.length, desired.length) }, (_, index) => index).flatMap(
    (index) => {
      const [before, after] = [actual[index], desired[index]];
      const goes = before !== undefined && wanted(before);
      const comes = after !== undefined && had(after);
      if (!goes && !comes) return [];
      return [{ path: [key, index], kind: goes && comes ? "update" : goes ? "delete" : "add" }];
    },
  );
}

function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (containsUnknown(value)) return false;
  const revealed = plain(value);
  return (
    revealed === "" ||
    revealed === 0 ||
    revealed === false ||
    (typeof revealed === "object" && revealed !== null && Object.keys(revealed).length === 0)
  );
}

/** Returns whether a path is below another: `tags.owner` below `tags`, `roles[0]` below `roles`. */
function isBelow(path: string, ancestor: string): boolean {
  return path.startsWith(ancestor) && (path[ancestor.length] === "." || path[ancestor.length] === "[");
}

/**
 * Returns whether the old resource must be deleted first: two resources cannot have the same name at the same time. A generated
 * name is generated again for the replacement.
 */
function mustDeleteFirst(resource: AnyResource<never>, request: DiffRequest): boolean {
  if (resource.deleteBeforeReplace === true) return true;
  if (resource.autoname === undefined) return false;
  const { property = "name" } = resource.autoname;
  const name = request.inputs[property];
  if (typeof name !== "string") return false;
  return (
    name === request.oldInputs[property] && !isAutonamed(request.urn.split("::").slice(3).join("::"), name)
  );
}

/** Returns a value without unknowns, as plain JSON. */
function plain(value: Value): JsonValue {
  return reveal(value) as JsonValue;
}
