import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { expectNoProcesses } from "../support/processes";

// Each command before the first `npm start`: it works, or says in one true sentence what comes first. It leaves no file and
// no process that `npm run down` does not find.

const checkout = checkoutRoot();

let base: string;
let directory: string;

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "command order "));
  directory = path.join(base, "local");
});

afterEach(async () => {
  await local("down");
  await rm(base, { recursive: true, force: true });
});

async function local(...args: string[]) {
  const { exitCode, all } = await execa(process.execPath, [path.join(checkout, "local/run.mjs"), ...args], {
    env: { THORBIS_LOCAL_DIRECTORY: directory, PULUMI_HOME: path.join(base, "pulumi home") },
    reject: false,
    all: true,
    stdin: "ignore",
  });
  return { exitCode, output: all };
}

const noTask = "There is no backup task yet: run `npm start`, which deploys it, then this command again.";
const notLocal = (stack: string) =>
  `Stack ${stack} is no stack of this machine: make a local copy of it with \`npm start -- --like ${stack}\` and name that (-s like-${stack}), or deploy ${stack} itself with \`pulumi up -s ${stack}\`, as README.md says under "Deploy for real".`;

test.each<[args: string, exitCode: number, output: string | RegExp]>([
  ["down", 0, "Nothing to stop: the local stack has not been started here."],
  ["backup", 1, /^Usage: backup /],
  ["backup --help", 0, /^Usage: backup /],
  ["backup run --help", 0, /^Usage: backup run /],
  ["backup --version", 0, /^\d+\.\d+\.\d+$/],
  ["backup list", 1, noTask],
  ["backup restore latest", 1, noTask],
  ["backup drill", 1, noTask],
  ["pulumi", 0, /^Pulumi - /],
  ["pulumi version", 0, /^v3\.\d+\.\d+$/],
  ["pulumi preview --help", 0, /pulumi preview/],
  ["pulumi preview -s dev", 1, notLocal("dev")],
  ["pulumi up --stack prod --yes", 1, notLocal("prod")],
  ["pulumi stack output --stack=dev", 1, notLocal("dev")],
  [
    "pulumi preview -s like-dev",
    1,
    "There is no local copy like-dev yet: make it with `npm start -- --like dev`.",
  ],
  [
    "pulumi preview -s like-x",
    1,
    "There is no environment x to make a local copy of: --like takes dev or prod.",
  ],
  ["supabase --help", 0, /supabase/],
  ["operate types --help", 0, /^Usage: types /],
  ["operate advisors --help", 0, /^Usage: advisors /],
  [
    "operate advisors",
    1,
    "Stack local is not deployed on this machine: run `npm start`, then this command again.",
  ],
  [
    "operate types",
    1,
    "Stack local is not deployed on this machine: run `npm start`, then this command again.",
  ],
  ["operate env", 1, "Name the stack: npm run env -- dev"],
  ["operate env --help", 0, /^Usage: env /],
  [
    "operate env local",
    1,
    "Stack local is not deployed on this machine: run `npm start`, then this command again.",
  ],
  [
    "operate env -s like-dev",
    1,
    "There is no local copy like-dev yet: make it with `npm start -- --like dev`.",
  ],
  ["operate recover", 1, "Name the stack: npm run recover -- dev"],
  [
    "operate recover --stack local",
    1,
    "Stack local is not deployed on this machine: run `npm start`, then this command again.",
  ],
  ["operate preview", 1, "Name the stack: npm run preview -- dev"],
  ["operate drift", 1, "Name the stack: npm run drift -- dev"],
  ["operate deploy", 1, "Name the stack: npm run deploy -- dev"],
  ["operate rotate", 1, "error: missing required argument 'stack'"],
  ["operate plan", 1, "error: required option '--out <folder>' not specified"],
  ["operate comment", 1, "error: missing required argument 'folder'"],
  ["operate pull-request", 1, "error: required option '--base <commit>' not specified"],
  ["operate propose-image", 1, "error: missing required argument 'stack'"],
  ...["preview", "drift", "plan", "deploy", "rotate"].map((operation): [string, number, string] => [
    `operate ${operation} local`,
    1,
    "Stack local is not deployed on this machine: run `npm start`, then this command again.",
  ]),
  ["start --like nosuch", 1, /^There is no environment nosuch to make a local copy of: /],
  ["start --postgresql 12", 1, /^--postgresql is "12", which is no version that the local stack supports/],
  ["down extra", 1, "error: too many arguments for 'down'. Expected 0 arguments but got 1."],
])("npm run %s", async (args, exitCode, output) => {
  const result = await local(...args.split(" "));

  expect(result.output).toEqual(typeof output === "string" ? output : expect.stringMatching(output));
  expect(result.exitCode).toBe(exitCode);
  expect(existsSync(directory)).toBe(false);
  await expectNoProcesses(directory);
});

test.each([
  ["local:env", ["env"]],
  ["pulumi -- stack ls", ["pulumi", "stack", "ls"]],
])("`npm run %s` starts the services, and `npm run down` finds and ends them all", async (_, args) => {
  const first = await local(...args);
  const down = await local("down");

  expect(first.exitCode, first.output).toBe(0);
  expect(down).toEqual({ exitCode: 0, output: "The local stack is down and its files are removed." });
  expect(existsSync(directory)).toBe(false);
  await expectNoProcesses(directory);
});

test("a measurement that does not exist is refused with the list of those that do", async () => {
  const { exitCode, stderr, stdout } = await execa(process.execPath, ["bench/run.mjs", "nosuch"], {
    cwd: checkout,
    reject: false,
  });

  expect(exitCode).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^No measurement has nosuch in its path: there are .*preview\.ts, .*\.$/);
});

test("every script of package.json that runs on the local stack is tried here", () => {
  const { scripts } = JSON.parse(readFileSync(path.join(checkout, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const commands = Object.values(scripts).flatMap(
    (script) => /^node local\/run\.mjs (.+)$/.exec(script)?.[1] ?? [],
  );

  expect(commands.sort()).toEqual(
    [
      "backup",
      "down",
      "env",
      "operate advisors",
      "operate comment",
      "operate deploy",
      "operate drift",
      "operate env",
      "operate plan",
      "operate preview",
      "operate propose-image",
      "operate pull-request",
      "operate recover",
      "operate rotate",
      "operate types",
      "pulumi",
      "start",
      "supabase",
      "test",
    ].sort(),
  );
});
