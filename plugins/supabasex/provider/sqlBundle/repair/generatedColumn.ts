import { isJsonObject } from "../../../../../foundation/json";
import { type CatalogObject, partsOfIdentity } from "../catalog";
import { relationOf } from "../catalog/scope";
import { serverIdentity } from "../catalog/serverVersion";
import { addColumn } from "./addHolder";
import { text, texts } from "./createStatement";
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
 * parts of the table that would be dropped with the column. An ordinary column may have other values than the expression.
 */
export function computeAgain(place: Place, should: CatalogObject, is: CatalogObject): string[] | undefined {
  if (!isComputed(should, is)) return undefined;
  const { name, parent } = place.object;
  const alter = `alter table ${parent}`;
  if (!isAddedAgain(place, should, is))
    return [`${alter} alter column ${name} set expression as (${text(should.generated)})`];
  if (hasManualParts(place, should, is)) return undefined;
  const added = addColumn(`${parent}`, name, should, { expected: place.expected, tableIsEmpty: false });
  return added === undefined ? undefined : [`${alter} drop column ${name}`, ...added.statements];
}

/** Kinds that the server drops with a column without being asked to. */
const droppedWithColumn: ReadonlySet<string> = new Set(["constraint", "index", "statistics"]);

function hasManualParts(
  { object, expected, live }: Place,
  should: CatalogObject,
  is: CatalogObject,
): boolean {
  if (isJsonObject(is.grants)) {
    const files = isJsonObject(should.grants) ? should.grants : {};
    const isManual = Object.entries(is.grants).some(([role, privileges]) =>
      texts(privileges).some((privilege) => !texts(files[role]).includes(privilege)),
    );
    if (isManual) return true;
  }
  return Object.keys(live).some((identity) => {
    const { kind, parent = relationOf(live[identity] ?? {}) } = partsOfIdentity(identity);
    return (
      droppedWithColumn.has(kind) &&
      parent === object.parent &&
      expected[identity] === undefined &&
      text(live[identity]?.definition).includes(object.name)
    );
  });
}
