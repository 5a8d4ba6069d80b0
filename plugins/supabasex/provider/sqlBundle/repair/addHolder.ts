import { type Catalog, type CatalogDifference, type CatalogObject, partsOfIdentity } from "../catalog";
import { literal } from "../catalog/objects";
import { alterStatements } from "./alterStatements";
import { columnDefinition, text } from "./createStatement";
import type { Place } from "./place";

export interface AddedHolder {
  readonly statements: readonly string[];
  /** What is not restored. */
  readonly loss?: string;
}

/**
 * Returns the statements that add a dropped object of a kind that holds data, if nothing is lost that is not already
 * lost; `undefined` if a person has to decide, and for other kinds.
 */
export function addHolder(
  { object, expected, live }: Place,
  should: CatalogObject,
  difference: CatalogDifference | undefined,
): AddedHolder | undefined {
  const { kind, name, parent } = object;
  switch (kind) {
    case "schema":
      return { statements: [`create schema ${name}`] };
    case "extension":
      return { statements: [`create extension ${name} schema ${text(should.schema)}`] };
    case "column":
      return difference?.dropped === true
        ? addColumn(`${parent}`, name, should, {
            expected,
            tableIsEmpty: difference.tableIsEmpty === true,
          })
        : undefined;
    case "sequence":
      return addSequence(name, should, expected, { live });
    default:
      return undefined;
  }
}

/** Returns the statements that add a column; `undefined` if rows need a value for it that is not available. */
export function addColumn(
  table: string,
  name: string,
  should: CatalogObject,
  { expected, tableIsEmpty }: { readonly expected: Catalog; readonly tableIsEmpty: boolean },
): AddedHolder | undefined {
  if (lacksValue(should) && !tableIsEmpty) return undefined;
  const definition = columnDefinition(name, should, identityOptions(`${table} ${name}`, expected));
  const object = { kind: "column", parent: table, name };
  const statements = [
    `alter table ${table} add column ${definition}${should.notNull === true ? " not null" : ""}`,
    ...["storage", "compression", "statisticsTarget", "statisticsOptions"].flatMap((property) =>
      should[property] === undefined
        ? []
        : (alterStatements(object, property, should[property], { expected: should, live: {} }) ?? []),
    ),
  ];
  return tableIsEmpty || should.generated !== undefined
    ? { statements }
    : { statements, loss: `its values were lost when it was dropped${replacement(should)}` };
}

function replacement({ default: value, identity }: CatalogObject): string {
  if (identity !== undefined) return "; the rows have new numbers";
  return value === undefined ? "" : "; the rows have the default";
}

/** Returns whether existing rows need a value for the column that only a person knows. */
export function lacksValue(column: CatalogObject): boolean {
  const { notNull, default: value, generated, identity } = column;
  return notNull === true && value === undefined && generated === undefined && identity === undefined;
}

/** Names the sequence of an identity column as expected: ` (sequence name s.n)`. */
export function identityOptions(column: string, expected: Catalog): string {
  const found = Object.entries(expected).find(
    ([identity, { ownedBy }]) => ownedBy === column && identity.startsWith("sequence "),
  );
  return found === undefined ? "" : ` (sequence name ${partsOfIdentity(found[0]).name})`;
}

/**
 * Returns the statements for a sequence. It continues after the values of its column. Without a column, its position is
 * unknown.
 */
function addSequence(
  name: string,
  should: CatalogObject,
  expected: Catalog,
  { live }: { readonly live: Catalog },
): AddedHolder | undefined {
  const column = `column ${text(should.ownedBy)}`;
  if (should.ownedBy === undefined || Number(should.increment ?? 1) < 0) return undefined;
  // It is restored with its identity column.
  if (expected[column]?.identity !== undefined) return { statements: [] };
  const parts = [`create ${should.unlogged === true ? "unlogged " : ""}sequence ${name}`];
  if (should.type !== undefined) parts.push(`as ${text(should.type)}`);
  if (should.increment !== undefined) parts.push(`increment by ${text(should.increment)}`);
  if (should.minimum !== undefined) parts.push(`minvalue ${text(should.minimum)}`);
  if (should.maximum !== undefined) parts.push(`maxvalue ${text(should.maximum)}`);
  if (should.start !== undefined) parts.push(`start with ${text(should.start)}`);
  if (should.cache !== undefined) parts.push(`cache ${text(should.cache)}`);
  if (should.cycle === true) parts.push("cycle");
  const create = parts.join(" ");
  return { statements: live[column] === undefined ? [create] : [create, goOnBehind(literal(name), column)] };
}

/** Sets a sequence after the highest value of a column. */
export function goOnBehind(sequence: string, column: string): string {
  const { parent, name } = partsOfIdentity(column);
  return `select pg_catalog.setval(${sequence}, max(${name})) from ${parent} having max(${name}) > 0`;
}
