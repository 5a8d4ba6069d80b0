import type { JsonValue } from "../../../../../foundation/json";
import type { CatalogObject } from "./catalog";

/**
 * Properties of a partitioned table that are only reported if they get worse, because partitions are created and
 * dropped over time.
 */
const losses: ReadonlySet<string> = new Set(["partitionGaps", "partitionForNow"]);

/** Returns whether a property says which partitions there are, or what they have. The job or file that creates them also restores them. */
export function isOfPartitions(property: string): boolean {
  return losses.has(property) || property === "defaultPartition" || property === "partitions";
}

/** Returns whether a property improved, for instance because an old partition next to a gap was dropped. */
export function isRecovery(
  property: string,
  expected: JsonValue | undefined,
  live: JsonValue | undefined,
): boolean {
  // Another application may add a trigger to some of its partitions at any time. If all had it, one without it is reported.
  if (property === "partitions") return expected !== "all";
  if (property === "defaultPartition") return live === true;
  if (!losses.has(property)) return false;
  if (live === undefined) return true;
  const known = new Set(Array.isArray(expected) ? expected : []);
  return Array.isArray(live) && live.every((gap) => known.has(gap));
}

/**
 * Returns the expected trigger with `all` partitions if all have it now: a job may have added it to the last one. From then on, a
 * partition without it is reported.
 */
export function withCompletedPartitions(trigger: CatalogObject, now: CatalogObject): CatalogObject {
  return now.partitions === "all" ? { ...trigger, partitions: "all" } : trigger;
}

/**
 * Returns an object of another application with its current partitions, unless the recorded ones are reported if they get worse: a
 * baseline of an older version lacks them, and that application adds and removes partitions.
 */
export function withPartitionsOfNow(object: CatalogObject, now: CatalogObject | undefined): CatalogObject {
  const { partitions, defaultPartition } = now ?? {};
  return {
    ...object,
    ...(partitions === undefined || object.partitions === "all" ? {} : { partitions }),
    ...(defaultPartition === undefined ? {} : { defaultPartition }),
  };
}

interface Range {
  readonly from: string;
  readonly to: string;
}

/**
 * Returns a partitioned table with what is missing between its partitions, instead of their bounds. For one that is partitioned by time:
 * `partitionGaps`, each as `from to until`, and `partitionForNow` if only the default partition accepts a row of the
 * current time. So a dropped partition is detected, while those that a job creates and drops at either end are not. For any:
 * `defaultPartition`, which accepts the rows without another partition.
 */
export function withPartitionGaps(table: CatalogObject, now: Date): CatalogObject {
  const { partitionBounds: bounds, ...properties } = table;
  if (!Array.isArray(bounds)) return properties;
  const hasDefault = bounds.includes("DEFAULT");
  const others = { ...properties, ...(hasDefault ? { defaultPartition: true } : {}) };
  const ranges = bounds.flatMap((bound) => rangeOf(String(bound))).sort((a, b) => (a.from < b.from ? -1 : 1));
  if (ranges.length === 0 || ranges.length + (hasDefault ? 1 : 0) < bounds.length) return others;
  const gaps = ranges.flatMap((range, at) => {
    const former = ranges[at - 1];
    return former === undefined || former.to >= range.from ? [] : [`${former.to} to ${range.from}`];
  });
  const moment = now.toISOString().replace("T", " ").slice(0, 19);
  const isCovered = ranges.some(({ from, to }) => from <= moment && moment < to);
  return {
    ...others,
    ...(gaps.length === 0 ? {} : { partitionGaps: gaps }),
    ...(isCovered ? {} : { partitionForNow: "missing" }),
  };
}

/** Returns the range of one date or time, as the server prints it in UTC; none for a bound of another kind. */
function rangeOf(bound: string): Range[] {
  const time = String.raw`'(\d{4}-\d\d-\d\d(?: [\d:.]+)?)(?:\+00)?'`;
  const [, from, to] = new RegExp(`^FOR VALUES FROM \\(${time}\\) TO \\(${time}\\)$`).exec(bound) ?? [];
  return from === undefined || to === undefined ? [] : [{ from, to }];
}
