import { canonicalJson } from "../../../../../foundation/json";
import type { CatalogDifference, CatalogObject } from "../catalog";
import { alterStatements } from "./alterStatements";
import type { Place } from "./place";
import { changedSentence } from "./sentences";
import { withoutLoss } from "./withoutLoss";

/** Properties that a column of a partition does not inherit, or that it cannot have differently. */
const notInherited: ReadonlySet<string> = new Set(["type", "identity", "comment", "grants"]);

/**
 * Returns how to restore what a column of a partition has differently from its table; `undefined` for another missing object. A read does
 * not list such a column as long as both are equal, so nothing is known to be dropped.
 */
export function partitionColumn(
  place: Place,
  should: CatalogObject,
  difference: CatalogDifference | undefined,
): { readonly statements: readonly string[]; readonly impossible: readonly string[] } | undefined {
  const { object, live } = place;
  const listed = (difference?.partitionOf ?? []).find((table) => live[`column ${table} ${object.name}`]);
  const is = live[`column ${listed} ${object.name}`];
  if (is === undefined) return undefined;
  const statements: string[] = [];
  const impossible: string[] = [];
  for (const property of new Set([...Object.keys(should), ...Object.keys(is)])) {
    const [wanted, found] = [should[property], is[property]];
    if (notInherited.has(property) || canonicalJson(wanted ?? null) === canonicalJson(found ?? null))
      continue;
    const repair =
      alterStatements(object, property, wanted, { expected: should, live: is }) ??
      withoutLoss(place, { property }, should, { is });
    if (repair === undefined) impossible.push(changedSentence(object, property, should, { is }));
    else statements.push(...repair);
  }
  return { statements, impossible };
}
