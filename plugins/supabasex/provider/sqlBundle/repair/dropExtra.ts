import { type Catalog, partsOfIdentity } from "../catalog";
import { holdsNoData } from "../catalog/base";
import { existenceOnlyMark } from "../catalog/kinds/existenceOnly";
import { dropOf } from "./place";
import type { RepairGroup } from "./restore";

/**
 * Returns how a deployment drops an extra object, without its dependents. There are no statements for an object of a kind
 * that holds data, and none for an inherited trigger, which goes with its parent's.
 *
 * @param live the catalog with the object
 */
export function dropExtra(identity: string, expected: Catalog, live: Catalog): RepairGroup {
  const is = live[identity] ?? {};
  const mayGo = (holdsNoData(identity) || is[existenceOnlyMark] === true) && is.inheritedFrom === undefined;
  return {
    identity,
    statements: mayGo ? [dropOf({ object: partsOfIdentity(identity), expected, live })] : [],
  };
}
