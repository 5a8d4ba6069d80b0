import { type CatalogDifference, type CatalogObject, partsOfIdentity } from "../catalog";
import { relationOf } from "../catalog/scope";
import { serverIdentity } from "../catalog/serverVersion";
import { addColumn } from "./addHolder";
import { text } from "./createStatement";
import { surplusGrants } from "./grants";
import type { Place } from "./place";

/** The first version that replaces the expression of a generated column. Earlier ones only drop and add the column. */
const replacesExpressions = 17;

/** Returns whether the server computes all values of the column, as it should, so that none is lost if it computes them again. */
export const isComputed = (should: CatalogObject, is: CatalogObject): boolean =>
  should.generated !== undefined && is.generated !== undefined;

/**
 * Returns whether the repair of its expression drops and adds the column: the new expression may not fit to the type that the column has
 * now.
 */
export function isAddedAgain({ expected, live }: Place, should: CatalogObject, is: CatalogObject): boolean {
  if (should.generated === is.generated) return false;
  const version = (live[serverIdentity] ?? expected[serverIdentity])?.majorVersion;
  return Number(version ?? replacesExpressions) < replacesExpressions || should.type !== is.type;
}

/**
 * Returns the statements that restore the expression of a generated column; `undefined` if values might be lost, or manual
 * parts of the table, or of a table below it, that would be dropped with the column. An ordinary column may have other values
 * than the expression.
 *
 * @param lastIn if the column is the last one: its table and those below; `undefined`: dropping and adding it would move it
 */
export function computeAgain(
  place: Place,
  should: CatalogObject,
  { is, lastIn }: { readonly is: CatalogObject; readonly lastIn: CatalogDifference["lastIn"] | undefined },
): string[] | undefined {
  if (!isComputed(should, is)) return undefined;
  const { name, parent } = place.object;
  const alter = `alter table ${parent}`;
  if (!isAddedAgain(place, should, is))
    return [`${alter} alter column ${name} set expression as (${text(should.generated)})`];
  if (lastIn === undefined || lastIn.some((table) => hasManualParts(place, table))) return undefined;
  const added = addColumn(`${parent}`, name, should, { expected: place.expected, tableIsEmpty: false });
  return added === undefined ? undefined : [`${alter} drop column ${name}`, ...added.statements];
}

/** Kinds that the server drops with a column without being asked to. */
const droppedWithColumn: ReadonlySet<string> = new Set(["constraint", "index", "statistics"]);

/** Returns whether the column of a table has grants or a comment, or is part of an object, that the expectation does not contain. */
function hasManualParts({ object: { name }, expected, live }: Place, table: string): boolean {
  const column = `column ${table} ${name}`;
  const [should, is] = [expected[column], live[column]];
  // Another comment on an expected column is replaced.
  if (should === undefined && is?.comment !== undefined) return true;
  if (surplusGrants(should?.grants, is?.grants).size > 0) return true;
  const isNamed = new RegExp(`(?<![\\w$"])${name.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&")}(?![\\w$"])`);
  return Object.keys(live).some((identity) => {
    const { kind, parent = relationOf(live[identity] ?? {}) } = partsOfIdentity(identity);
    return (
      droppedWithColumn.has(kind) &&
      parent === table &&
      expected[identity] === undefined &&
      isNamed.test(text(live[identity]?.definition))
    );
  });
}
