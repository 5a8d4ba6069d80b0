import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { wholeRunVariable } from "../../local/wholeRun.mts";
import { longDatabaseTests, longEngineTests, omittedOf } from "./longTests.mts";
import { databaseOnBoth } from "./secondServer.mts";

const wholeRun = { [wholeRunVariable]: "1" };

describe.each([
  { kind: "engine", pairs: longEngineTests },
  { kind: "database", pairs: longDatabaseTests },
])("long $kind tests", ({ kind, pairs }) => {
  test("two seeds in a row run each file once", () => {
    const omitted = ["6", "7"].flatMap((SEED) => omittedOf(pairs, { ...wholeRun, SEED }));

    expect(omitted.sort()).toEqual(pairs.flat().sort());
  });

  test("a run with every case, and a run of named files, omit none", () => {
    expect(omittedOf(pairs, wholeRun)).toHaveLength(pairs.length);
    expect(omittedOf(pairs, { ...wholeRun, EVERY_CASE: "1" })).toEqual([]);
    expect(omittedOf(pairs, {})).toEqual([]);
  });

  test("each file exists, in one pair, and no database test of them runs on the second server", () => {
    const files = pairs.flat();
    const repeated = Object.values(databaseOnBoth).flat();

    expect(files.filter((file) => !existsSync(path.join(checkoutRoot(), file)))).toEqual([]);
    expect(files.filter((file) => !file.endsWith(`.${kind}.test.ts`))).toEqual([]);
    expect(files.filter((file) => repeated.includes(file))).toEqual([]);
    expect(new Set(files).size).toBe(files.length);
  });
});
