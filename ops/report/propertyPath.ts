import { isJsonObject, type JsonValue } from "../../foundation/json";

/** Parses a property path in the engine's notation: `rules[0].tags["a key"]`. */
export function parsePath(path: string): (string | number)[] {
  const parts: (string | number)[] = [];
  const pattern = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.[\]]+)/gy;
  for (let match = pattern.exec(path); match !== null; match = pattern.exec(path)) {
    const [, quoted, index, plain] = match;
    if (index !== undefined) parts.push(Number(index));
    else parts.push(quoted === undefined ? (plain ?? "") : quoted.replace(/\\(.)/g, "$1"));
  }
  return parts;
}

/** Returns the value at a path; undefined if there is none. */
export function valueAt(
  root: JsonValue | undefined,
  path: readonly (string | number)[],
): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of path) {
    if (Array.isArray(value) && typeof part === "number") value = value[part];
    else if (isJsonObject(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}

/** Returns whether one path is a prefix of the other. */
export function overlaps(one: string, other: string): boolean {
  const [first, second] = [parsePath(one), parsePath(other)];
  const length = Math.min(first.length, second.length);
  return first.slice(0, length).every((part, at) => part === second[at]);
}
