import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { wholeRunVariable } from "../../local/wholeRun.mts";
import { longEngineTests, omittedOf } from "./longEngineTests.mts";

const wholeRun = { [wholeRunVariable]: "1" };

test("two seeds in a row run each file once", () => {
  const omitted = ["6", "7"].flatMap((SEED) => omittedOf(longEngineTests, { ...wholeRun, SEED }));

  expect(omitted.sort()).toEqual(longEngineTests.flat().sort());
});

test("a run with every case, and a run of named files, omit none", () => {
  expect(omittedOf(longEngineTests, wholeRun)).toHaveLength(longEngineTests.length);
  expect(omittedOf(longEngineTests, { ...wholeRun, EVERY_CASE: "1" })).toEqual([]);
  expect(omittedOf(longEngineTests, {})).toEqual([]);
});

test("each file exists, in one pair", () => {
  const files = longEngineTests.flat();

  expect(files.filter((file) => !existsSync(path.join(checkoutRoot(), file)))).toEqual([]);
  expect(new Set(files).size).toBe(files.length);
});
