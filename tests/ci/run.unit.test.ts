import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

const base = mkdtempSync(path.join(os.tmpdir(), "ci run "));
afterAll(() => rmSync(base, { recursive: true }));

/** Runs a copy of .ci/run in which `npm test` prints this output and ends with this exit code. */
function run(
  name: string,
  log: string,
  exitCode: number,
): { last: string | undefined; status: number | null } {
  const folder = path.join(base, name);
  mkdirSync(path.join(folder, ".ci"), { recursive: true });
  cpSync(path.join(checkoutRoot(), ".ci", "run"), path.join(folder, ".ci", "run"));
  writeFileSync(path.join(folder, "log"), log);
  writeFileSync(path.join(folder, "npm"), `#!/bin/sh\ncat '${folder}/log'\nexit ${exitCode}\n`);
  chmodSync(path.join(folder, "npm"), 0o755);
  const result = spawnSync(path.join(folder, ".ci", "run"), {
    encoding: "utf8",
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
  });
  return { last: result.stdout.trimEnd().split("\n").at(-1), status: result.status };
}

const coloured = (tests: string) =>
  `\u001b[2m Test Files \u001b[22m \u001b[1m\u001b[32m5 passed\u001b[39m\u001b[22m (5)\n\u001b[2m      Tests \u001b[22m ${tests}\n   Duration  1s\n`;

test.each([
  [
    "all passed, in colours",
    coloured("\u001b[1m\u001b[32m35 passed\u001b[39m\u001b[22m (35)"),
    0,
    "35 passed, 0 failed",
  ],
  [
    "some failed and were skipped",
    coloured(
      "\u001b[31m2 failed\u001b[39m | \u001b[32m35 passed\u001b[39m | \u001b[33m3 skipped\u001b[39m (40)",
    ),
    1,
    "35 passed, 2 failed, 3 skipped",
  ],
  ["without colours", " Test Files  1 passed (1)\n      Tests  7 passed (7)\n", 0, "7 passed, 0 failed"],
  ["no test ran", "npm error\n", 1, "0 passed, 0 failed"],
])("%s: the last line has the totals, and npm's exit code is kept", (name, log, exitCode, line) => {
  expect(run(name, log, exitCode)).toEqual({ last: line, status: exitCode });
});
