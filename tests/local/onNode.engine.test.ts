import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { sliceOf } from "../support/slice";

// The commands and the tests start on newer versions of Node on this machine. The workflow `check` runs the whole suite on each.

const checkout = checkoutRoot();

async function onNode(...args: string[]) {
  const variables = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST_|NODE_OPTIONS)/.test(name),
  );
  return await execa(process.execPath, ["local/onNode.mjs", ...args], {
    cwd: checkout,
    env: Object.fromEntries(variables),
    extendEnv: false,
    reject: false,
    all: true,
    stdin: "ignore",
  });
}

const majors = sliceOf(["22", "24"], 2);

// The first use of a version installs it, and says so.
beforeAll(async () => {
  for (const major of majors) await onNode(major, "node", "--version");
});

test.each(majors)("Node %s runs the commands and the tests", async (major) => {
  const version = await onNode(major, "node", "--version");
  const help = await onNode(major, "node", "local/run.mjs", "operate", "types", "--help");
  const engine = await onNode(major, "node", "local/run.mjs", "pulumi", "version");
  const tests = await onNode(
    major,
    ...[
      "node",
      "local/run.mjs",
      "test",
      "--project",
      "unit",
      "--maxWorkers",
      "1",
      "tests/foundation",
      "tests/config",
    ],
  );

  expect(version.stdout).toMatch(new RegExp(`^v${major}\\.`));
  expect(help.stdout).toContain("Usage: npm run types");
  expect(engine.stdout).toMatch(/^v3\./);
  expect(tests.exitCode, tests.all).toBe(0);
  expect(stripVTControlCharacters(tests.all)).toMatch(/Tests +\d+ passed/);
});

test.each([
  [[], "Give a major version of Node and a command, "],
  [["24"], "Give a major version of Node and a command, "],
  [["latest", "node"], "Give a major version of Node and a command, "],
  [[String(majors[0]), "no-such-program"], "no-such-program cannot be run: "],
])("npm run on-node -- %j is refused in one line", async (args, beginning) => {
  const { exitCode, stderr } = await onNode(...args);

  expect(exitCode).toBe(1);
  expect(stderr.split("\n")).toHaveLength(1);
  expect(stderr).toContain(beginning);
});
