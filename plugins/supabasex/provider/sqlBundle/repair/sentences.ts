import type { JsonValue } from "../../../../../foundation/json";
import type { CatalogObject, ObjectIdentity } from "../catalog";
import { quote } from "../source/declaredObjects";
import { text, texts } from "./createStatement";

/** For a person, since only a person knows where the data is: the statement that would make it again. */
export function missingSentence({ kind, name, parent }: ObjectIdentity, expected: CatalogObject): string {
  switch (kind) {
    case "column":
      return `it is missing; alter table ${parent} add column ${name} ${text(expected.type)}${
        expected.default === undefined ? "" : ` default ${text(expected.default)}`
      }${expected.notNull === true ? " not null" : ""}`;
    case "extension":
      return `it is missing; create extension ${name} schema ${text(expected.schema)}`;
    case "schema":
      return `it is missing; create schema ${name} authorization ${quote(text(expected.owner))}`;
    default:
      return "it is missing; restore it from a backup, or make it again as its migration does";
  }
}

/** For a person, since data is at stake: what is wrong, and the statement that would put it right where there is one. */
export function changedSentence(
  { kind, name, parent }: ObjectIdentity,
  property: string,
  should: CatalogObject,
  is: CatalogObject,
): string {
  const what = `${property} is ${shown(is[property])} instead of ${shown(should[property])}`;
  const alter = `alter table ${parent}`;
  switch (`${kind} ${property}`) {
    case "column type":
    case "column collation": {
      const collation = should.collation === undefined ? "" : ` collate ${text(should.collation)}`;
      return `${what}; ${alter} alter column ${name} type ${text(should.type)}${collation}`;
    }
    case "column generated":
      return should.generated === undefined
        ? `${what}; ${alter} alter column ${name} drop expression`
        : `${what}; ${alter} drop column ${name}, add column ${name} ${text(should.type)} generated always as (${text(should.generated)}) stored`;
    case "column identity":
      return should.identity === undefined
        ? `${what}; ${alter} alter column ${name} drop identity`
        : `${what}; ${alter} alter column ${name} add generated ${text(should.identity)} as identity`;
    case "type labels":
      return `${what}; PostgreSQL adds labels (alter type ${name} add value …) but takes none away: make the type anew`;
    case "type attributes":
      return `${what}; alter type ${name} ${attributeSteps(should, is).join(", ")}`;
    default:
      return what;
  }
}

function attributeSteps(should: CatalogObject, is: CatalogObject): string[] {
  const [wanted, found] = [texts(should.attributes), texts(is.attributes)];
  return [
    ...found
      .filter((attribute) => !wanted.includes(attribute))
      .map((attribute) => `drop attribute ${attribute.split(" ", 1)[0]}`),
    ...wanted
      .filter((attribute) => !found.includes(attribute))
      .map((attribute) => `add attribute ${attribute}`),
  ];
}

function shown(value: JsonValue | undefined): string {
  return value === undefined || value === null
    ? "absent"
    : typeof value === "string"
      ? value
      : JSON.stringify(value);
}
