import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../foundation/json";
import type { Property } from "../engine/table";

export const requiredText: Property = { type: "string", required: true };
/** A name or a parent, which is immutable. */
export const fixedText: Property = { type: "string", required: true, replaces: true };

export const flag = (value: boolean): Property => ({ type: "boolean", default: value });
export const number = (value: number): Property => ({ type: "number", default: value });

/** An IAM policy as text. A list with one element equals the element, and lists have no order. */
export const policy: Property = { type: "string", same: samePolicy };

/** Describes a structure in which an empty value, false and 0 equal a missing one. */
export const structure = (type: "list" | "map", more: Partial<Property> = {}): Property => ({
  type,
  normal: (value) => pruned(value) ?? (type === "list" ? [] : {}),
  ...more,
});

/** Removes empty values, false and 0 from both values. */
export function pruned(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => pruned(item) ?? []);
    return items.length === 0 ? undefined : items;
  }
  if (isJsonObject(value)) {
    const entries = Object.entries(value).flatMap(([key, item]) => {
      const kept = pruned(item);
      return kept === undefined ? [] : [[key, kept] as const];
    });
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  return value === null || value === "" || value === false || value === 0 ? undefined : value;
}

/** Removes undefined keys, which the state may not contain. */
export function defined(values: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}

function samePolicy(desired: JsonValue, actual: JsonValue): boolean {
  const [one, other] = [policyForm(desired), policyForm(actual)];
  return one !== undefined && one === other;
}

function policyForm(text: JsonValue): string | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return canonicalJson(withoutOrder(JSON.parse(text)));
  } catch {
    return undefined;
  }
}

function withoutOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const items = value.map(withoutOrder).sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
    return items.length === 1 ? (items[0] ?? null) : items;
  }
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutOrder(item)]));
  }
  return value;
}
