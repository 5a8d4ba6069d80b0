import { escapeControls } from "../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../foundation/userError";
import {
  type Catalog,
  type CatalogReading,
  parentIdentities,
  partsOfIdentity,
  touchedProperties,
} from "../catalog";
import { holdsNoData } from "../catalog/base";
import type { RepairGroup } from "../repair/restore";
import { undoOf } from "../repair/undo";

/** The database before the deployment, and what the bundle had created in it. */
interface Former {
  readonly expected: Catalog;
  readonly reading: CatalogReading;
}

/**
 * Returns how to drop what exists although it does not after the files ran without the manual changes:
 * - what this deployment created beside a manual object, such as an unnamed index, which gets another name, or an index
 *   that a constraint uses now and a repair created again;
 * - what the bundle had created and files drop, if the statement was left out.
 *
 * Manual objects stay. None of these objects holds data.
 */
export function leftovers(expected: Catalog, former: Former, after: CatalogReading): RepairGroup[] {
  const addresses = new Set(former.reading.addresses.values());
  const isOurs = (identity: string) => {
    const recorded = former.expected[identity];
    if (recorded !== undefined) return touchedProperties(recorded) === undefined;
    const isNew = former.reading.catalog[identity] === undefined;
    return isNew && !addresses.has(after.addresses.get(identity) ?? "");
  };
  return Object.keys(after.catalog)
    .filter((identity) => expected[identity] === undefined && holdsNoData(identity) && isOurs(identity))
    .map((identity) => {
      const extra = { identity, kind: "extra" as const, live: after.catalog[identity] ?? {} };
      return undoOf(identity, [extra], expected, after.catalog);
    });
}

/** Kinds that hold data or contain others, so that only a person decides about what stayed. */
const kept: ReadonlySet<string> = new Set([
  "column",
  "foreign table",
  "materialized view",
  "schema",
  "sequence",
  "table",
  "type",
]);

/** Refuses files that drop what holds data, and that did not here because of a manual change. */
export function refuseKept(expected: Catalog, former: Former, { catalog }: CatalogReading): void {
  const isKept = (identity: string) => {
    const recorded = former.expected[identity];
    const object = catalog[identity];
    if (recorded === undefined || object === undefined || expected[identity] !== undefined) return false;
    // A partition is only listed if it differs from its table.
    return touchedProperties(recorded) === undefined && object.partitionOf === undefined;
  };
  const identities = Object.keys(former.expected).filter(
    (identity) => kept.has(partsOfIdentity(identity).kind) && isKept(identity),
  );
  const parents = new Set(identities);
  const whole = identities.filter((identity) => {
    const { parent } = partsOfIdentity(identity);
    return parent === undefined || !parentIdentities(parent).some((one) => parents.has(one));
  });
  if (whole.length === 0) return;
  throw new UserError(
    [
      "Without the manual changes in this database, the files drop these objects; here they did not:",
      ...whole.map((identity) => `  ${escapeControls(identity)}`),
      "  Undo the manual change on which the file depends, or write the file so that it always drops them.",
    ].join("\n"),
  );
}
