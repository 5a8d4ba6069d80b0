import type { JsonValue } from "../../../../../foundation/json";
import { literalPattern } from "../../../../../foundation/literalPattern";
import { bareName, nameWithoutArguments } from "../source/identifiers";
import type { CatalogObject } from "./catalog";
import { type ObjectIdentity, partsOfIdentity } from "./identity";
import { changedProperties } from "./properties";
import { usesOf, withUses } from "./uses";

/**
 * Returns a function that replaces properties of a live object by the expected ones if they only differ in the names of
 * renamed objects: the server prints a view with the current names of its tables.
 *
 * @param renamed expected identity → the current name of the object
 */
export function renameTexts(
  renamed: ReadonlyMap<string, string>,
): (expected: CatalogObject, live: CatalogObject) => CatalogObject {
  const names = [...renamed].map(([identity, live]) => {
    const object = partsOfIdentity(identity);
    return anyOf([bareName(object.name), bareName(live)]);
  });
  const places = [...renamed].flatMap(([identity, live]) => {
    const { parent, schema, name } = partsOfIdentity(identity);
    const isMoved = parent === undefined && schema !== undefined && schema !== schemaOf(live);
    return isMoved ? [anyOf([nameWithoutArguments(name), nameWithoutArguments(live)])] : [];
  });
  const neutral = (text: string) => {
    let result = text;
    [...places, ...names].forEach((pattern, at) => {
      result = result.replace(pattern, `⟦${at}⟧`);
    });
    // A view's column keeps its name when the table's column is renamed: `t.new AS old`.
    return result.replace(/(⟦\d+⟧) AS \1/g, "$1");
  };
  return (expected, live) => {
    const changes = changedProperties(expected, live).filter((property) =>
      isSame(neutralValue(expected[property], neutral), neutralValue(live[property], neutral)),
    );
    if (changes.length === 0) return live;
    const texts = Object.fromEntries(changes.map((property) => [property, expected[property] ?? null]));
    return withUses({ ...live, ...texts }, usesOf(live));
  };
}

function neutralValue(value: JsonValue | undefined, neutral: (text: string) => string): unknown {
  if (typeof value === "string") return neutral(value);
  // Lists of columns are sorted by name.
  return Array.isArray(value) ? value.map((item) => neutralValue(item, neutral)).sort() : undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

/** Matches each of the names where it stands alone. */
function anyOf(names: readonly string[]): RegExp {
  const escaped = names.map(literalPattern);
  return new RegExp(`(?<![\\w$"])(?:${escaped.join("|")})(?![\\w$"])`, "g");
}

function schemaOf(name: string): ObjectIdentity["schema"] {
  return partsOfIdentity(`table ${nameWithoutArguments(name)}`).schema;
}
