import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { driftReport } from "../../ops/drift/search";
import { runPulumi } from "../../ops/pulumi";
import { buildReport } from "../../ops/report/build";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "pulumi-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program instead of the CLI that writes these lines into the event log. */
async function played(lines: readonly object[], exitCode: number) {
  const program = path.join(folder, "pulumi");
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  writeFileSync(
    program,
    `#!${process.execPath}
require("node:fs").writeFileSync(process.argv.at(-1), ${JSON.stringify(text)});
process.exitCode = ${exitCode};
`,
  );
  chmodSync(program, 0o755);
  return await runPulumi(["preview"], { program });
}

const summary = { sequence: 2, timestamp: 0, summaryEvent: { resourceChanges: { same: 3 } } };
const step = {
  sequence: 1,
  timestamp: 0,
  diagnosticEvent: { severity: "info", message: "x", color: "never" },
};

test("a successful run with a complete log counts as a success", async () => {
  const run = await played([step, summary], 0);

  expect(run.exitCode).toBe(0);
  expect(buildReport(run, { kind: "preview", stack: "dev", environment: {} }).verdict.status).toBe(
    "unchanged",
  );
});

test.each([
  ["no log", [], 0],
  ["a log without an end", [step], 0],
  ["found changes and a log without an end", [step], 7],
])("a successful run with %s counts as a failure", async (_, lines, exitCode) => {
  const run = await played(lines, exitCode);

  expect(run.exitCode).toBe(1);
  const report = buildReport(run, { kind: "preview", stack: "dev", environment: {} });
  expect(report.verdict.status).toBe("failed");
  expect(report.errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^The engine's event log is incomplete, so the result is not known: /),
  ]);
  expect(
    driftReport(run, undefined, { stack: "dev", waivers: [], now: new Date(), environment: {} }).exitCode,
  ).toBe(1);
});
