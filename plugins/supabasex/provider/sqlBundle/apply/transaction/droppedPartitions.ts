import { partsOfIdentity } from "../../catalog";
import { relationOf } from "../../catalog/scope";
import type { BundleFile } from "../../source/files";
import { partitionSteps } from "../../source/partitionSteps";
import type { Found } from "./found";

/**
 * Returns the state without the parts of manually dropped partitions that pending files drop, too: nothing of them is expected any more,
 * also if the files create the partitions again.
 */
export function withoutDroppedPartitions(found: Found, pending: readonly BundleFile[]): Found {
  const gone = found.drift.filter(({ tableIsGone }) => tableIsGone === true);
  if (gone.length === 0) return found;
  const dropped = new Set(
    pending.flatMap((file) =>
      partitionSteps(file).flatMap(({ does, child }) => (does === "drop" ? child : [])),
    ),
  );
  const tableOf = (identity: string) =>
    partsOfIdentity(identity).parent ?? relationOf(found.expected[identity] ?? {}) ?? "";
  const released = new Set(
    gone.map(({ identity }) => identity).filter((identity) => dropped.has(tableOf(identity))),
  );
  const drift = found.drift.filter(({ identity }) => !released.has(identity));
  return {
    ...found,
    expected: Object.fromEntries(
      Object.entries(found.expected).filter(([identity]) => !released.has(identity)),
    ),
    drift,
    comparison: { ...found.comparison, differences: drift },
  };
}
