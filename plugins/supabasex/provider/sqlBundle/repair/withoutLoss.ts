import type { Catalog, CatalogDifference, CatalogObject } from "../catalog";
import { literal } from "../catalog/objects";
import { firstIdentifier, unquoted } from "../source/identifiers";
import { goOnBehind, identityOptions } from "./addHolder";
import { text, texts } from "./createStatement";
import { computeAgain, isAddedAgain, isComputed } from "./generatedColumn";
import type { Place } from "./place";

/**
 * Returns the statements that restore a property of an object that holds data, if no value is lost; `undefined` if one
 * might be.
 */
export function withoutLoss(
  place: Place,
  { property, lastIn }: Pick<CatalogDifference, "property" | "lastIn">,
  should: CatalogObject,
  { is }: { readonly is: CatalogObject },
): string[] | undefined {
  const { object, expected } = place;
  const { kind, name, parent } = object;
  switch (`${kind} ${property}`) {
    case "column type":
    case "column collation": {
      if (isComputed(should, is)) {
        // Values of another type are computed again.
        if (isAddedAgain(place, should, is)) return [];
      } else {
        const isSameType = should.type === is.type || isWider(text(should.type), text(is.type));
        if (!isSameType || should.generated !== undefined) return undefined;
      }
      const collation = should.collation === undefined ? "" : ` collate ${text(should.collation)}`;
      return [`alter table ${parent} alter column ${name} type ${text(should.type)}${collation}`];
    }
    case "column generated":
      return computeAgain(place, should, { is, lastIn });
    case "column identity":
      return identity(`${parent}`, name, should, { expected });
    case "type labels":
      return labels(name, texts(should.labels), texts(is.labels));
    case "type attributes":
      return attributes(name, texts(should.attributes), texts(is.attributes));
    case "extension schema":
      return [`alter extension ${name} set schema ${text(should.schema)}`];
    default:
      return undefined;
  }
}

function identity(
  table: string,
  name: string,
  should: CatalogObject,
  { expected }: { readonly expected: Catalog },
): string[] {
  const alter = `alter table ${table} alter column ${name}`;
  if (should.identity === undefined) return [`${alter} drop identity`];
  const options = identityOptions(`${table} ${name}`, expected);
  const sequence = `pg_catalog.pg_get_serial_sequence(${literal(table)}, ${literal(unquoted(name))})`;
  return [
    `${alter} add generated ${text(should.identity)} as identity${options}`,
    goOnBehind(sequence, `column ${table} ${name}`),
  ];
}

const integers = ["smallint", "integer", "bigint"];

/** Returns whether every value of one type is an unchanged value of the other. */
function isWider(wide: string, narrow: string): boolean {
  const [from, to] = [integers.indexOf(narrow), integers.indexOf(wide)];
  if (from >= 0 && to >= 0) return from < to;
  if (narrow === "real" && wide === "double precision") return true;
  const [length, target] = [lengthOf(narrow), lengthOf(wide)];
  if (length !== undefined && target !== undefined) return length <= target;
  const [small, large] = [digitsOf(narrow), digitsOf(wide)];
  if (small === undefined || large === undefined) return false;
  // Digits before and after the point.
  return large.whole >= small.whole && large.scale === small.scale;
}

function lengthOf(type: string): number | undefined {
  if (type === "text" || type === "character varying") return Number.POSITIVE_INFINITY;
  const length = /^character varying\((\d+)\)$/.exec(type)?.[1];
  return length === undefined ? undefined : Number(length);
}

function digitsOf(type: string): { whole: number; scale: number } | undefined {
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  return precision === undefined
    ? undefined
    : { whole: Number(precision) - Number(scale), scale: Number(scale) };
}

/**
 * Returns the statements for enum labels. PostgreSQL removes no label, so if there are as many as expected, they are
 * the expected ones, renamed; others may be missing.
 */
function labels(name: string, should: readonly string[], is: readonly string[]): string[] | undefined {
  if (should.length === is.length) {
    const isMoved = is.some((label, at) => label !== should[at] && should.includes(label));
    if (isMoved) return undefined;
    return is.flatMap((label, at) =>
      label === should[at]
        ? []
        : [`alter type ${name} rename value ${literal(label)} to ${literal(should[at] ?? "")}`],
    );
  }
  const kept = should.filter((label) => is.includes(label));
  if (JSON.stringify(kept) !== JSON.stringify(is)) return undefined;
  return should.flatMap((label, at) => {
    if (is.includes(label)) return [];
    const place = at === 0 ? `before ${literal(is[0] ?? "")}` : `after ${literal(should[at - 1] ?? "")}`;
    return [`alter type ${name} add value ${literal(label)}${is.length === 0 ? "" : ` ${place}`}`];
  });
}

/**
 * Returns the statements for attributes. If there are as many with the same types, they are the expected ones, renamed.
 * Missing ones can only be added at the end.
 */
function attributes(name: string, should: readonly string[], is: readonly string[]): string[] | undefined {
  const typeOf = (attribute: string) => attribute.slice(firstIdentifier(attribute).length);
  if (should.length === is.length) {
    if (is.some((attribute, at) => typeOf(attribute) !== typeOf(should[at] ?? ""))) return undefined;
    const changed = is.flatMap((attribute, at) =>
      attribute === should[at]
        ? []
        : [[firstIdentifier(attribute), firstIdentifier(should[at] ?? "")] as const],
    );
    if (changed.some(([from]) => should.some((attribute) => firstIdentifier(attribute) === from)))
      return undefined;
    return changed.map(([from, to]) => `alter type ${name} rename attribute ${from} to ${to}`);
  }
  const isBeginning = is.every((attribute, at) => attribute === should[at]);
  if (!isBeginning) return undefined;
  return should.slice(is.length).map((attribute) => `alter type ${name} add attribute ${attribute}`);
}
