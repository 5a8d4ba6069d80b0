import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backupCommands } from "../../foundation/backupContract";
import { checkoutRoot } from "../../foundation/checkout";
import { expectNoProcesses } from "../support/processes";
import { sliceOf } from "../support/slice";

// Runs each command before the first `npm start`: it works, or one sentence says what to run first. `npm run down` finds all
// files and processes that it leaves.

const checkout = checkoutRoot();

let base: string;
let directory: string;

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "command order "));
  directory = path.join(base, "local");
});

afterEach(async () => {
  if (existsSync(directory)) await local("down");
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
const noProbe = "There is no database probe yet: run `npm start`, which deploys it, then this command again.";
const notLocal = (stack: string) =>
  `Stack ${stack} is not a local stack: create a local copy with \`npm start -- --like ${stack}\` and name that (-s like-${stack}), or deploy ${stack} itself with \`pulumi up -s ${stack}\` (see "Deploy for real" in README.md).`;

const noStack =
  "There is no stack nosuch, because there is no file Pulumi.nosuch.yaml: the stacks are dev, local, prod.";

/** Arguments, exit code, output. Neighbours belong to one command. */
const cases: readonly (readonly [args: string, exitCode: number, output: string | RegExp])[] = [
  ["down", 0, "Nothing to stop: the local stack has not been started here."],
  ["backup", 1, /^Usage: backup /],
  ["backup --help", 0, /^Usage: backup /],
  ["backup run --help", 0, /^Usage: backup run /],
  ["backup --version", 0, /^\d+\.\d+\.\d+$/],
  ["backup nosuch", 1, "`backup` has no command nosuch: type `backup [options] [command]`."],
  ["backup lst", 1, "`backup` has no command lst: did you mean list?"],
  ["backup list", 1, noTask],
  ["backup restore latest", 1, noTask],
  ["backup drill", 1, noTask],
  ["probe", 1, noProbe],
  ["pulumi", 0, /^Pulumi - /],
  ["pulumi version", 0, /^v3\.\d+\.\d+$/],
  ["pulumi preview --help", 0, /pulumi preview/],
  ["pulumi preview -s dev", 1, notLocal("dev")],
  ["pulumi up --stack prod --yes", 1, notLocal("prod")],
  ["pulumi preview -s nosuch", 1, noStack],
  ["pulumi stack output --stack=dev", 1, notLocal("dev")],
  [
    "pulumi preview -s like-dev",
    1,
    "There is no local copy like-dev yet: create it with `npm start -- --like dev`.",
  ],
  ["pulumi preview -s like-x", 1, "There is no environment x to copy: --like takes dev or prod."],
  [
    "pulumi nosuch",
    1,
    '`npm run pulumi` does not accept these arguments (unknown command "nosuch" for "pulumi"): type `npm run pulumi -- --help`, or a command and `--help`.',
  ],
  [
    "pulumi preveiw -s local",
    1,
    '`npm run pulumi` does not accept these arguments (unknown command "preveiw" for "pulumi"): did you mean preview?',
  ],
  [
    "pulumi preview --nosuch",
    1,
    "`npm run pulumi` does not accept these arguments (unknown flag: --nosuch): type `npm run pulumi -- --help`, or a command and `--help`.",
  ],
  [
    "pulumi preview --stack",
    1,
    "`npm run pulumi` does not accept these arguments (flag needs an argument: --stack): type `npm run pulumi -- --help`, or a command and `--help`.",
  ],
  [
    "pulumi --color never stack tag nosuch",
    1,
    "`npm run pulumi -- stack tag` has no command nosuch: type `npm run pulumi -- stack tag --help`.",
  ],
  ["supabase --help", 0, /supabase/],
  ["supabase nosuch", 1, /\nUnknown subcommand "nosuch" for "supabase"\n/],
  ["supabase --debug inspect db nosuch", 1, /\nUnknown subcommand "nosuch" for "supabase inspect db"$/],
  ["operate types --help", 0, /^Usage: npm run types -- \[options\] \[stack\]\n/],
  ["operate advisors --help", 0, /^Usage: npm run advisors -- \[options\] \[stack\]\n/],
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
  ["operate env --help", 0, /^Usage: npm run env -- \[options\] \[stack\]\n/],
  [
    "operate env --nosuch",
    1,
    "`npm run env` has no option --nosuch: type `npm run env -- [options] [stack]`.",
  ],
  ["operate env dev -s prod", 1, "Name one stack: dev or prod."],
  ["operate recover --help", 0, /^Usage: npm run recover -- /],
  ["operate recover --nosuch", 1, /^`npm run recover` has no option --nosuch: /],
  [
    "operate env local",
    1,
    "Stack local is not deployed on this machine: run `npm start`, then this command again.",
  ],
  [
    "operate env -s like-dev",
    1,
    "There is no local copy like-dev yet: create it with `npm start -- --like dev`.",
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
  ["operate rotate", 1, "`npm run rotate` needs <stack>: type `npm run rotate -- [options] <stack> <role>`."],
  [
    "operate plan",
    1,
    "`npm run plan` needs --out <folder>: type `npm run plan -- --out <folder> [options] [stack]`.",
  ],
  ["operate comment", 1, "`npm run comment` needs <folder>: type `npm run comment -- [options] <folder>`."],
  [
    "operate pull-request",
    1,
    "`npm run preview:pull-request` needs --base <commit>: type `npm run preview:pull-request -- --base <commit> [options] <environment>`.",
  ],
  [
    "operate propose-image",
    1,
    "`npm run propose:image` needs <stack>: type `npm run propose:image -- [options] <stack> <digest>`.",
  ],
  ...["preview", "drift", "plan", "deploy", "rotate"].map((operation): [string, number, string] => [
    `operate ${operation} local`,
    1,
    "Stack local is not deployed on this machine: run `npm start`, then this command again.",
  ]),
  ...["preview", "types"].map((operation): [string, number, string] => [
    `operate ${operation} nosuch`,
    1,
    noStack,
  ]),
  ["start --like nosuch", 1, /^There is no environment nosuch to copy: /],
  ["start --postgresql 12", 1, /^--postgresql is "12", which the local stack does not support/],
  ["down extra", 1, "`npm run down` takes no arguments and was given 1: type `npm run down -- [options]`."],
  [
    "test --nosuch --project unit",
    1,
    "`npm test` does not accept these arguments (Unknown option `--nosuch`): type `npm test -- --help` for its options.",
  ],
  [
    "test --project unit --maxWorkers",
    1,
    /^`npm test` does not accept these arguments \(.*--maxWorkers.*\): type `npm test -- --help` for its options\.$/,
  ],
  [
    "test --project=units",
    1,
    /^There are no tests of the kind units: --project takes unit, database, engine, /,
  ],
  ["test --help", 0, /^vitest\//],
];

test.each(sliceOf(cases, 2))("npm run %s", async (args, exitCode, output) => {
  const result = await local(...args.split(" "));

  expect(result.output).toEqual(typeof output === "string" ? output : expect.stringMatching(output));
  expect(result.exitCode).toBe(exitCode);
  expect(existsSync(directory)).toBe(false);
  await expectNoProcesses(directory);
});

test.each([
  ["local:env", ["env"]],
  ["pulumi -- stack ls", ["pulumi", "stack", "ls"]],
])("`npm run %s` starts the services, and `npm run down` finds and stops all of them", async (_, args) => {
  const first = await local(...args);
  const down = await local("down");

  expect(first.exitCode, first.output).toBe(0);
  expect(down).toEqual({ exitCode: 0, output: "The local stack is stopped and its files are deleted." });
  expect(existsSync(directory)).toBe(false);
  await expectNoProcesses(directory);
});

test.each([[["nosuch"]], [["preview.ts", "nosuch"]]])(
  "`npm run bench -- %j` is refused with the list of measurements",
  async (args) => {
    const { exitCode, stderr, stdout } = await execa(process.execPath, ["bench/run.mjs", ...args], {
      cwd: checkout,
      reject: false,
    });

    expect(exitCode).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^No measurement has nosuch in its path: there are .*preview\.ts, .*\.$/);
  },
);

test.each(["config:generate", "cost:generate", "controls:generate"])(
  "`npm run %s` takes no arguments",
  async (script) => {
    const { exitCode, stderr } = await execa("npm", ["run", "-s", script, "--", "nosuch"], {
      cwd: checkout,
      reject: false,
    });

    expect(stderr).toBe(
      `\`npm run ${script}\` takes no arguments and was given 1: type \`npm run ${script} -- [options]\`.`,
    );
    expect(exitCode).toBe(1);
  },
);

test("the backup program has the commands that `npm run backup` knows", async () => {
  const { output } = await local("backup", "--help");

  const [, list = ""] = /^Commands:\n((?: .*\n)+)/m.exec(output) ?? [];
  const commands = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, command]) => command);
  expect(commands.filter((command) => command !== "help")).toEqual(backupCommands);
});

test("this test covers every script of package.json that runs on the local stack", () => {
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
      "probe",
      "pulumi",
      "start",
      "supabase",
      "test",
    ].sort(),
  );
});
