import type { JsonValue } from "../../../../../foundation/json";
import type { CatalogDifference, CatalogObject, ObjectIdentity } from "../catalog";
import { firstIdentifier } from "../source/identifiers";
import { columnDefinition, text, texts } from "./createStatement";

/** Returns what a person has to do about a missing object that holds data. */
export function missingSentence(
  { kind, name, parent }: ObjectIdentity,
  expected: CatalogObject,
  difference: CatalogDifference | undefined,
): string {
  switch (kind) {
    case "column": {
      const add = `alter table ${parent} add column ${columnDefinition(name, expected)}`;
      if (difference?.dropped === true)
        return `it was dropped with its values, and each row needs one: restore them from a backup (${add}; fill it; then alter table ${parent} alter column ${name} set not null)`;
      return `it is missing, and it is not known whether it was dropped or renamed: rename it back, or, if its values are lost, add it again (${add}${expected.notNull === true ? " not null" : ""})`;
    }
    case "sequence":
      return `it is missing, and its position is unknown: create sequence ${name} start with <the next number>`;
    case "table":
      return difference?.dropped === true
        ? "it was dropped with its rows: restore it from a backup"
        : "it is missing: rename it back, or restore it from a backup";
    default:
      return "it is missing: restore it from a backup, or create it as its migration does";
  }
}

/** Returns what differs if data is at risk, with the statement that a person may run, if there is one. */
export function changedSentence(
  { kind, name, parent }: ObjectIdentity,
  property: string,
  should: CatalogObject,
  { is }: { readonly is: CatalogObject },
): string {
  const what = `${property} is ${shown(is[property])} instead of ${shown(should[property])}`;
  const alter = `alter table ${parent}`;
  switch (`${kind} ${property}`) {
    case "table partitionKey":
      return `${what}: create it again as its migration does, and copy its rows`;
    case "column type":
    case "column collation": {
      const collation = should.collation === undefined ? "" : ` collate ${text(should.collation)}`;
      return `${what}; ${alter} alter column ${name} type ${text(should.type)}${collation}`;
    }
    case "column generated":
      return should.generated === undefined
        ? `${what}; ${alter} alter column ${name} drop expression`
        : `${what}; ${alter} drop column ${name}, add column ${name} ${text(should.type)} generated always as (${text(should.generated)}) stored`;
    case "type kind":
      return `${shown(is.kind)} ${name} was created in its place: drop or rename that one`;
    case "type labels":
      if (isMoved(texts(should.labels), texts(is.labels)))
        return `${what}; PostgreSQL does not move a label: rename the labels back, or recreate the type`;
      return `${what}; PostgreSQL removes no label: state it in a migration (alter type ${name} add value if not exists …), or recreate the type`;
    case "type attributes":
      if (isMoved(texts(should.attributes), texts(is.attributes)))
        return `${what}; PostgreSQL does not move an attribute: rename the attributes back, or recreate the type`;
      return `${what}; alter type ${name} ${attributeSteps(should, is).join(", ")}`;
    default:
      return what;
  }
}

/** Returns whether the same texts are in another order. */
function isMoved(wanted: readonly string[], found: readonly string[]): boolean {
  return wanted.length === found.length && wanted.every((one) => found.includes(one));
}

/** Returns the steps of an `alter type`. An attribute of another type is altered, because dropping it would drop its values. */
function attributeSteps(should: CatalogObject, is: CatalogObject): string[] {
  const [wanted, found] = [texts(should.attributes), texts(is.attributes)];
  const isNamedIn = (attributes: readonly string[], attribute: string) =>
    attributes.some((one) => firstIdentifier(one) === firstIdentifier(attribute));
  return [
    ...found
      .filter((attribute) => !isNamedIn(wanted, attribute))
      .map((attribute) => `drop attribute ${firstIdentifier(attribute)}`),
    ...wanted
      .filter((attribute) => !found.includes(attribute))
      .map((attribute) =>
        isNamedIn(found, attribute) ? `alter attribute ${withType(attribute)}` : `add attribute ${attribute}`,
      ),
  ];
}

/** Returns an attribute as `alter attribute` expects it: `name type …`, with the word `type` between them. */
function withType(attribute: string): string {
  const name = firstIdentifier(attribute);
  return `${name} type${attribute.slice(name.length)}`;
}

function shown(value: JsonValue | undefined): string {
  return value === undefined || value === null
    ? "absent"
    : typeof value === "string"
      ? value
      : JSON.stringify(value);
}
