import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { costDifference } from "../../cost/difference";
import { checkoutRoot } from "../../foundation/checkout";

let folder: string;
const committed = path.join(checkoutRoot(), "Pulumi.prod.yaml");

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "thorbis cost "));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes the committed configuration of prod with one text in it replaced. */
function withChange(from: RegExp, to: string): string {
  const text = readFileSync(committed, "utf8");
  expect(text).toMatch(from);
  const file = path.join(folder, "Pulumi.prod.yaml");
  writeFileSync(file, text.replace(from, to));
  return file;
}

test("a larger instance is named as the reason of a higher cost", () => {
  const after = withChange(/instanceSize: \w+/, "instanceSize: 2xlarge");

  const {
    before = Number.NaN,
    after: usd,
    lines,
  } = costDifference("prod", { before: committed, after }) ?? {
    after: Number.NaN,
    lines: [],
  };

  expect(lines.map(({ component, what }) => `${component} ${what}`)).toEqual(["SupabaseProject Compute"]);
  expect(lines[0]?.after).toBeGreaterThan(lines[0]?.before ?? Number.NaN);
  expect(usd - before).toBeCloseTo((lines[0]?.after ?? 0) - (lines[0]?.before ?? 0), 6);
});

test("the same configuration costs the same, without differences", () => {
  const found = costDifference("prod", { before: committed, after: committed });

  expect(found?.lines).toEqual([]);
  expect(found?.after).toBe(found?.before);
});

test("without a base there is a cost, but no comparison", () => {
  expect(costDifference("prod", { before: undefined, after: committed })).toMatchObject({
    before: undefined,
    lines: [],
  });
});

test("an environment without an estimate has no cost", () => {
  expect(costDifference("local", { before: undefined, after: committed })).toBeUndefined();
});
