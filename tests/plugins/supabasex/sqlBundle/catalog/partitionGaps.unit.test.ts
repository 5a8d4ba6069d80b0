import { expect, test } from "vitest";
import {
  isRecovery,
  withPartitionGaps,
} from "../../../../../plugins/supabasex/provider/sqlBundle/catalog/partitionGaps";

const now = new Date("2026-11-28T12:00:00Z");
const month = (from: string, to: string) => `FOR VALUES FROM ('${from}-01') TO ('${to}-01')`;
const gaps = (...partitionBounds: string[]) =>
  withPartitionGaps({ owner: "app_owner", partitionBounds }, now);

test("contiguous partitions up to the current period have no gap", () => {
  expect(gaps(month("2026-12", "2027-01"), month("2026-10", "2026-11"), month("2026-11", "2026-12"))).toEqual(
    {
      owner: "app_owner",
    },
  );
});

test("a missing month is a gap, and a missing current one is reported even with a default partition", () => {
  expect(gaps("DEFAULT", month("2026-10", "2026-11"), month("2026-12", "2027-01"))).toEqual({
    owner: "app_owner",
    defaultPartition: true,
    partitionGaps: ["2026-11-01 to 2026-12-01"],
    partitionForNow: "missing",
  });
  expect(gaps("DEFAULT", month("2026-12", "2027-01"))).toEqual({
    owner: "app_owner",
    defaultPartition: true,
    partitionForNow: "missing",
  });
});

test("bounds with a time of day are compared too; other kinds of bounds are ignored", () => {
  const day = (from: string, to: string) =>
    `FOR VALUES FROM ('${from} 00:00:00+00') TO ('${to} 00:00:00+00')`;
  expect(gaps(day("2026-11-28", "2026-11-29"), day("2026-11-30", "2026-12-01"))).toEqual({
    owner: "app_owner",
    partitionGaps: ["2026-11-29 00:00:00 to 2026-11-30 00:00:00"],
  });
  expect(gaps("FOR VALUES FROM (1) TO (10)", "FOR VALUES FROM (20) TO (30)")).toEqual({ owner: "app_owner" });
  expect(gaps("FOR VALUES IN ('a')")).toEqual({ owner: "app_owner" });
});

test("only a new gap is a difference", () => {
  expect(isRecovery("partitionForNow", "missing", undefined)).toBe(true);
  expect(isRecovery("partitionGaps", ["a", "b"], ["b"])).toBe(true);
  expect(isRecovery("partitionGaps", ["a"], ["a", "b"])).toBe(false);
  expect(isRecovery("partitionGaps", undefined, ["a"])).toBe(false);
  expect(isRecovery("rowSecurity", true, undefined)).toBe(false);
  expect(isRecovery("defaultPartition", undefined, true)).toBe(true);
  expect(isRecovery("defaultPartition", true, undefined)).toBe(false);
});

test("a partition without a trigger is a difference if all had it", () => {
  expect(isRecovery("partitions", "all", ["shop.orders_2026"])).toBe(false);
  expect(isRecovery("partitions", "all", undefined)).toBe(false);
  expect(isRecovery("partitions", ["shop.orders_2026"], ["shop.orders_2026", "shop.orders_2027"])).toBe(true);
  expect(isRecovery("partitions", undefined, "all")).toBe(true);
});
