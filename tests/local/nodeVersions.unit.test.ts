import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { checkoutRoot } from "../../foundation/checkout";
import { nodeIssue } from "../../local/packages.mjs";

// Several files name the oldest supported Node. package.json is authoritative.

const root = checkoutRoot();
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
const oldest = engines.node.replace(">=", "");

/** The tested versions: the oldest, and newer ones with long-term support. */
const supported = [`${oldest}.0`, "22.22.0", "24.4.0"];

function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split(".").map(Number));
  for (const at of [0, 1, 2]) {
    const difference = (a?.[at] || 0) - (b?.[at] || 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Returns whether a range such as `^20.19.0 || >=22.12` contains a version; `^` and a bare number mean one major version. */
function takes(range: string, version: string): boolean {
  return range.split("||").some((alternative) => {
    const [, operator, least = "0"] = /^\s*(>=|\^|)\s*v?(\d+(?:\.\d+)*)/.exec(alternative) ?? [];
    if (operator === undefined) throw new Error(`the test does not know how to read the range ${range}`);
    return isAtLeast(version, least) && (operator === ">=" || version.split(".")[0] === least.split(".")[0]);
  });
}

test("every package runs on every supported version of Node; an upgrade that does not fails here, and must raise `engines`", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { version?: string; engines?: { node?: string } }>;
  };
  const ranges = Object.entries(packages).flatMap(([name, entry]) =>
    entry.engines?.node === undefined ? [] : [{ name, range: entry.engines.node }],
  );

  expect(ranges.length).toBeGreaterThan(200);
  for (const version of supported) {
    expect(ranges.filter(({ range }) => !takes(range, version))).toEqual([]);
  }
  // Control: the future requirement of the AWS SDK.
  expect(supported.map((version) => takes(">=22.0.0", version))).toEqual([false, true, true]);
});

test("the first file that runs refuses older versions", () => {
  const [major = 0, minor = 0] = oldest.split(".").map(Number);

  expect(nodeIssue(`${major}.${minor}.0`)).toBeUndefined();
  expect(nodeIssue(`${major}.${minor - 1}.9`)).toBe(
    `Node ${major}.${minor - 1}.9 is too old for this project: install Node ${oldest} or newer and run the command again.`,
  );
  expect(nodeIssue(`${major - 2}.99.0`)).toContain("is too old");
});

test("the bundles, the README and the matrix of the workflow name the same versions", () => {
  const majors = supported.map((version) => Number(version.split(".")[0]));
  const workflow = parse(read(".github/workflows/check.yml")) as {
    jobs: { test: { strategy: { matrix: { node: number[] } } } };
  };

  expect(read("build/bundle.cjs")).toContain(`target: "node${oldest}"`);
  expect(read("README.md")).toContain(`| ${oldest}, ${majors.slice(1).join(" or ")}; npm `);
  expect(read("README.md")).toContain("From January 2027, new versions of the AWS SDK require Node 22.");
  expect(workflow.jobs.test.strategy.matrix.node).toEqual(majors);
});
