import { isJsonObject, type JsonObject, type JsonValue } from "./json";

/** In the inputs of a resource, and of each object in them: the names of the properties that the provider has filled in. */
const defaultsNote = "__defaults";

/** Returns whether a property is a note of a bridged provider for itself, such as `__defaults` and `__meta`. */
export const isProviderNote = (name: string): boolean => name.startsWith("__");

/** Returns a value without the notes of bridged providers, at every level. */
export function withoutProviderNotes(value: JsonValue): JsonValue {
  return withoutProperties(value, isProviderNote);
}

/**
 * Returns the inputs of a resource as its program declared them: without notes of the provider and the defaults that it has filled in,
 * at every level.
 */
export function withoutProviderDefaults(value: JsonValue): JsonValue {
  return withoutProperties(value, (name, { [defaultsNote]: filledIn }) => {
    return isProviderNote(name) || (Array.isArray(filledIn) && filledIn.includes(name));
  });
}

/** Returns the note about the properties that a provider fills in. */
export const noteOfDefaults = (filledIn: readonly string[]): JsonObject => ({
  [defaultsNote]: [...filledIn].sort(),
});

function withoutProperties(
  value: JsonValue,
  isLeftOut: (name: string, within: JsonObject) => boolean,
): JsonValue {
  if (Array.isArray(value)) return value.map((below) => withoutProperties(below, isLeftOut));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, below]) =>
      isLeftOut(name, value) ? [] : [[name, withoutProperties(below, isLeftOut)]],
    ),
  );
}
