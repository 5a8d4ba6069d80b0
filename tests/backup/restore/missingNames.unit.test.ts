import { describe, expect, it } from "vitest";
import { joinNames, missingNames } from "../../../backup/restore/missingNames";
import { RefusedCounts } from "../../../backup/restore/refusedRows";

describe("the names of what is missing", () => {
  it("have one number of rows per table, after the objects", () => {
    const rows = (count: number, table: string) => ({
      ...{ what: `${count} rows of ${table}`, reason: "refused", sql: "" },
      refused: { table, rows: count },
    });
    const view = { what: "VIEW public.v", reason: "gone", sql: "create view …" };

    const names = missingNames([rows(3, "public.a"), rows(1, "public.b"), view, rows(4, "public.a")]);

    expect(names).toEqual(["VIEW public.v", "7 rows of public.a", "1 row of public.b"]);
  });

  it("are counted beyond the first 20", () => {
    const names = Array.from({ length: 22 }, (_, n) => `VIEW v${n}`);
    expect(joinNames(names)).toMatch(/^VIEW v0, .*VIEW v19 and 2 more$/);
    expect(joinNames(names.slice(0, 20))).toMatch(/, VIEW v19$/);
  });
});

describe("refused rows", () => {
  it("are listed for the first 20 reasons, with the beginning of long ones", () => {
    const counts = new RefusedCounts();
    for (let n = 0; n < 25; n += 1) for (let times = 0; times < 2; times += 1) counts.add(`reason ${n}`);
    expect(counts.all).toEqual([
      ...Array.from({ length: 20 }, (_, n) => ({ reason: `reason ${n}`, rows: 2 })),
      { reason: "other reasons", rows: 10 },
    ]);
    const long = new RefusedCounts();
    long.add("x".repeat(1_000_000));
    expect(long.all).toEqual([{ reason: `${"x".repeat(300)}…`, rows: 1 }]);
  });
});
