import type { PropertyMap } from "../../../../provider-host/values";
import { left, leftUnlessPruned, stops } from "../../../bundleMessages";
import { byIdentity, type Catalog, type CatalogDifference, isRename } from "../catalog";
import type { Acceptance } from "../catalog/posture";
import { shownPostureRepairOf } from "../repair/postureRepair";
import { type Repair, repairOf } from "../repair/repair";
import { type Drift, driftFrom } from "./drift";

/** The input in which Read records, with the outlook in `live`, when it found drift. */
export const driftReadAt = "driftReadAt";

const rerun = " runs again";

/**
 * Returns what the next deployment does about each difference, at the same paths as in a drift: the engine shows a
 * preview with the drift on the old side and this on the new side.
 *
 * @param makers identity → the repeatable that creates it
 */
export function outlookOf(
  differences: readonly CatalogDifference[],
  makers: ReadonlyMap<string, string>,
  expected: Catalog,
  { live }: { readonly live: Catalog },
): Drift {
  const text = (identity: string, group: readonly CatalogDifference[]) => {
    if (identity.startsWith("applied file ") && group[0]?.kind !== "extra") return "is recorded again";
    const maker = makers.get(identity);
    const [first] = group;
    if (maker !== undefined && first !== undefined && first.kind !== "extra" && !isRename(first))
      return `${maker}${rerun}`;
    return textOf(repairOf(identity, group, expected, { live }));
  };
  return Object.fromEntries(
    [...byIdentity(differences)].map(([identity, group]) => [
      identity,
      group[0]?.property === undefined
        ? text(identity, group)
        : Object.fromEntries(
            group.map((difference) => [difference.property ?? "", text(identity, [difference])]),
          ),
    ]),
  );
}

/**
 * Returns what the next deployment does about each difference outside of the bundle, and how to revert or accept it.
 *
 * @param acceptances the entries that accept the differences
 * @param baseline redacted, like `posture`
 */
export function accessOutlookOf(
  differences: readonly CatalogDifference[],
  acceptances: readonly Acceptance[],
  { baseline, posture }: { readonly baseline: Catalog; readonly posture: Catalog },
): Drift {
  const key = ({ identity, property = "" }: CatalogDifference) => JSON.stringify([identity, property]);
  const names = new Map(
    acceptances.flatMap(({ name, differences: members }) =>
      members.map((difference) => [key(difference), name] as const),
    ),
  );
  const text = (identity: string, difference: CatalogDifference) => {
    const { safe, advice } = shownPostureRepairOf(identity, [difference], baseline, { live: posture });
    const firstLines = safe.map((statement) => statement.split("\n", 1)[0]).join("; ");
    return [
      ...(safe.length === 0 ? [left] : [`${leftUnlessPruned}${firstLines}`]),
      ...(advice === undefined ? [] : [`to revert it: ${advice}`]),
      `to accept it: sql.accept: ${names.get(key(difference))}`,
    ].join("; ");
  };
  return Object.fromEntries(
    [...byIdentity(differences)].map(([identity, group]) => {
      const [first] = group;
      if (first?.property === undefined)
        return [identity, first === undefined ? left : text(identity, first)];
      return [
        identity,
        Object.fromEntries(
          group.map((difference) => [difference.property ?? "", text(identity, difference)]),
        ),
      ];
    }),
  );
}

function textOf({ statements, prune, impossible, loss }: Repair): string {
  const firstLines = (list: readonly string[]) =>
    list.map((statement) => statement.split("\n", 1)[0]).join("; ");
  if (impossible.length > 0) return `${stops}${impossible.join("; ")}`;
  const parts = [
    ...(statements.length === 0 ? [] : [firstLines(statements)]),
    ...(loss === undefined ? [] : [loss]),
    ...(prune.length === 0 ? [] : [`${leftUnlessPruned}${firstLines(prune)}`]),
  ];
  return parts.length === 0 ? left : parts.join("; ");
}

/**
 * Returns inputs with an outlook, from the live parts of a bundle when Read runs; without one if nothing has drifted.
 */
export function withOutlook(inputs: PropertyMap, outlook: Drift, readAt: Date): PropertyMap {
  const { live: _outlook, [driftReadAt]: _time, ...own } = inputs;
  if (Object.keys(outlook).length === 0) return own;
  return { ...own, live: outlook as unknown as PropertyMap, [driftReadAt]: readAt.toISOString() };
}

/**
 * Returns the inputs in which Check passes on what Read wrote: a preview takes the new side of a difference from them.
 */
export function outlookFor(oldInputs: PropertyMap, prune: boolean): PropertyMap {
  if (oldInputs[driftReadAt] === undefined) return {};
  const outlook = driftFrom(oldInputs.live);
  const live = (prune ? pruned(outlook) : outlook) as unknown as PropertyMap;
  return { live, [driftReadAt]: oldInputs[driftReadAt] ?? null };
}

/** Returns the outlook of a deployment that prunes. */
export function pruned(outlook: Drift): Drift {
  const withoutCondition = (text: string) => text.replace(leftUnlessPruned, "");
  return Object.fromEntries(
    Object.entries(outlook).map(([identity, text]) => [
      identity,
      typeof text === "string"
        ? withoutCondition(text)
        : Object.fromEntries(Object.entries(text).map(([name, value]) => [name, withoutCondition(value)])),
    ]),
  );
}

/** Returns whether the outlook is that a file runs. */
export function isRerun(text: string): boolean {
  return text.endsWith(rerun);
}
