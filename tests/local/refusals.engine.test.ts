import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { pulumiVersion } from "../../local/toolchain/versions";
import { leftoverProcesses } from "../support/processes";

// The errors of `npm start` if a prerequisite is missing: one sentence, exit code 1, nothing started. Each test uses a folder of
// links as PATH, like a machine without that prerequisite.
const tools = ["node", "sh", "id", "cp", "uname", "ps", "make", "gcc", "psql", "git", "zstd"];

let base: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "local refusals "));
});

afterAll(() => rm(base, { recursive: true, force: true }));

interface Refusal {
  readonly exitCode: number | undefined;
  readonly stderr: string;
  readonly directory: string;
}

let runs = 0;

async function refusedStart(
  environment: Record<string, string>,
  checkout = checkoutRoot(),
  command = "start",
  { args = [] }: { readonly args?: string[] | undefined } = {},
): Promise<Refusal> {
  const directory = path.join(base, `environment ${++runs}`);
  const { exitCode, stderr } = await execa(
    process.execPath,
    [path.join(checkout, "local/run.mjs"), command, ...args],
    {
      env: { THORBIS_LOCAL_DIRECTORY: directory, ...environment },
      reject: false,
      stdin: "ignore",
    },
  );
  return { exitCode, stderr, directory };
}

/** Returns a PATH with the usual tools except the omitted ones, and with the given scripts. */
async function machine(
  name: string,
  without: string[],
  scripts: Record<string, string> = {},
): Promise<string> {
  const folder = path.join(base, name);
  await mkdir(folder);
  for (const tool of tools.filter((candidate) => !without.includes(candidate))) {
    const found = (process.env.PATH ?? "")
      .split(path.delimiter)
      .map((entry) => path.join(entry, tool))
      .find(existsSync);
    if (found !== undefined) await symlink(found, path.join(folder, tool));
  }
  for (const [script, text] of Object.entries(scripts)) {
    await writeFile(path.join(folder, script), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  return folder;
}

/** Returns a user's cache without a CLI, with a record of a download that has just failed. */
async function cacheWithoutCli(name: string): Promise<string> {
  const cache = path.join(base, name);
  const folder = path.join(cache, "thorbis-supabase", "toolchain");
  await mkdir(folder, { recursive: true });
  const failure = {
    version: pulumiVersion,
    at: new Date().toISOString(),
    reason: "get.pulumi.com does not respond",
  };
  await writeFile(path.join(folder, "download-failed.json"), JSON.stringify(failure));
  return cache;
}

/** Returns a checkout with another stack file; all other files are links. */
async function checkoutWith(name: string, change: (stackFile: string) => string): Promise<string> {
  const folder = path.join(base, name);
  await mkdir(path.join(folder, "local"), { recursive: true });
  for (const entry of [
    "build",
    "config",
    "node_modules",
    "plugins",
    "functions",
    "sdks",
    "sql",
    "package.json",
    "package-lock.json",
    "Pulumi.yaml",
  ]) {
    await symlink(path.join(checkoutRoot(), entry), path.join(folder, entry));
  }
  await cp(path.join(checkoutRoot(), "dist"), path.join(folder, "dist"), { recursive: true });
  for (const file of ["local/run.mjs", "local/packages.mjs", "foundation/processLock"]) {
    await cp(path.join(checkoutRoot(), file), path.join(folder, file), { recursive: true });
  }
  const stackFile = await readFile(path.join(checkoutRoot(), "Pulumi.local.yaml"), "utf8");
  await writeFile(path.join(folder, "Pulumi.local.yaml"), change(stackFile));
  return folder;
}

function expectNothingRunning({ directory }: Refusal): void {
  expect(leftoverProcesses(directory)).toEqual([]);
}

test("a configuration with four errors: one message lists all of them, and nothing is changed", async () => {
  const checkout = await checkoutWith("issues", (text) =>
    text
      .replace("    bucketName:", "    bucketNam: x\n    bucketName:")
      .replace("maxConnections: 100", "maxConnections: lots")
      .replace(/(thorbis-supabase:databasePassword:)\n.*\n/, "$1 in-plain-text\n")
      .replace(/ {2}thorbis-supabase:databaseRolesBackupPassword:\n.*\n/, ""),
  );

  const refusal = await refusedStart({}, checkout);

  expect(refusal.exitCode).toBe(1);
  expect(refusal.stderr).toContain("The configuration of stack local has 4 errors; nothing was changed.");
  expect(refusal.stderr).toContain(
    "backup.bucketNam is not a known key; did you mean thorbis-supabase:backup.bucketName?",
  );
  expect(refusal.stderr).toContain("database.settings.maxConnections must be a whole number");
  expect(refusal.stderr).toContain(
    "thorbis-supabase:databasePassword is a secret but was given in plain text",
  );
  expect(refusal.stderr).toContain("thorbis-supabase:databaseRolesBackupPassword is missing; it is a secret");
  expect(refusal.stderr).not.toContain("in-plain-text");
  expect(existsSync(refusal.directory)).toBe(false);
  expectNothingRunning(refusal);
});

test.each([
  ["is not YAML", () => "config: {\n", "is not YAML from line 2 on: correct it and try again."],
  ["is not a map", () => "- config\n", "is not a stack file with a map `config`: correct it and try again."],
  [
    "has another passphrase's salt",
    (text: string) => text.replace(/^(encryptionsalt: v1:[^:]*:v1:[^:]*:).{4}/m, "$1AAAA"),
    "The passphrase is not the one of this stack file: set PULUMI_CONFIG_PASSPHRASE (for local stacks it is fixed: restore the line encryptionsalt) and try again.",
  ],
])("a stack file that %s is refused in one line, and nothing is changed", async (name, change, sentence) => {
  const refusal = await refusedStart({}, await checkoutWith(name, change));

  expect(refusal.exitCode).toBe(1);
  expect(refusal.stderr.split("\n")).toHaveLength(1);
  expect(refusal.stderr).toContain(sentence);
  expect(existsSync(refusal.directory)).toBe(false);
});

/** Returns a script that runs the Python of this machine. `python3` on PATH may be a script that needs other programs. */
async function realPython(): Promise<string> {
  const { stdout } = await execa("python3", ["-c", "import sys; print(sys.executable)"]);
  return `exec '${stdout}' "$@"`;
}

const noGo =
  "The local S3 server is built with Go 1.25 or newer, and there is none on PATH: install Go and run the command again.";
const noPython =
  "The local AWS needs Python 3.10 or newer, and there is none on PATH: install python3 with its venv module (Debian: apt-get install python3-venv).";

test("a version of Go that is too old for the S3 server is refused before anything is built", async () => {
  const go = "echo go version go1.20.1 linux/amd64";
  const folder = await machine("old Go", [], { go, python3: await realPython() });
  const cache = await cacheWithoutCli("cache of old Go");
  const refusal = await refusedStart({ PATH: folder, XDG_CACHE_HOME: cache });

  expect(refusal.exitCode).toBe(1);
  expect(refusal.stderr.split("\n").at(-1)).toBe(
    `The local S3 server is built with Go 1.25 or newer, and the Go in ${folder} is 1.20.1, too old: install Go and run the command again.`,
  );
  expect(await readdir(path.join(cache, "thorbis-supabase"))).toEqual(["toolchain"]);
  expectNothingRunning(refusal);
});

test("neither a Pulumi CLI nor its download, and a Go that can build only the S3 server", async () => {
  const go = "echo go version go1.25.1 linux/amd64";
  const refusal = await refusedStart({
    PATH: await machine("Go of the S3 server", [], { go, python3: await realPython() }),
    XDG_CACHE_HOME: await cacheWithoutCli("cache of the Go of the S3 server"),
  });

  expect(refusal.exitCode).toBe(1);
  expect(
    refusal.stderr.split("\n").filter((line) => line.includes("is 1.25.1, too old to build it")),
  ).toHaveLength(1);
  expect(refusal.stderr).toMatch(
    /There is no Pulumi CLI 3\.227\.0 or newer on PATH, .*: install Go \S+ or newer, or the Pulumi CLI \S+, and run the command again\.$/m,
  );
  expect(refusal.stderr).not.toContain("    at ");
  expectNothingRunning(refusal);
});

test.each([
  ["Go", ["go"], noGo],
  ["Python", ["python3"], noPython],
  [
    "Go and Python",
    ["go", "python3"],
    `This machine does not meet 2 requirements of the local stack:\n- ${noPython}\n- ${noGo}`,
  ],
])(
  "a machine without %s and with empty caches: one message lists everything before anything is built",
  async (name, without, message) => {
    const scripts = { python3: await realPython(), go: "echo go version go1.99.0 linux/amd64" };
    const present = Object.entries(scripts).filter(([program]) => !without.includes(program));
    const cache = await cacheWithoutCli(`cache without ${name}`);
    const refusal = await refusedStart({
      PATH: await machine(`without ${name}`, [], Object.fromEntries(present)),
      XDG_CACHE_HOME: cache,
    });

    expect(refusal.exitCode).toBe(1);
    expect(refusal.stderr.endsWith(message), refusal.stderr).toBe(true);
    expect(refusal.stderr).not.toContain("    at ");
    expect(await readdir(path.join(cache, "thorbis-supabase"))).toEqual(["toolchain"]);
    expectNothingRunning(refusal);
  },
);

test.each([
  ["C compiler", "gcc"],
  ["make", "make"],
])("a PostgreSQL that cannot be completed without a %s and apt-get", async (part, tool) => {
  const refusal = await refusedStart({ PATH: await machine(`without ${tool}`, [tool]) });

  expect(refusal.exitCode).toBe(1);
  expect(refusal.stderr).toMatch(
    new RegExp(`The local stack needs a complete PostgreSQL, but .* lacks .*${part}`),
  );
  expect(refusal.stderr).not.toContain("    at ");
  expectNothingRunning(refusal);
});

test("the tests without git: one sentence before vitest starts", async () => {
  const PATH = await machine("without git", ["git"]);
  const refusal = await refusedStart({ PATH }, checkoutRoot(), "test", { args: ["--project", "unit"] });

  expect(refusal.stderr).toBe(
    "The tests of plans and workflows need git, which is not on PATH: install git and run the command again.",
  );
  expect(refusal.exitCode).toBe(1);
});

test("the tests without zstd: one sentence before vitest starts", async () => {
  const refusal = await refusedStart(
    { PATH: await machine("without zstd", ["zstd"]) },
    checkoutRoot(),
    "test",
    { args: ["--project", "database", "tests/backup/store.database.test.ts"] },
  );

  expect(refusal.exitCode).toBe(1);
  expect(refusal.stderr).toMatch(
    /^zstd, which compresses backups, is not on PATH: (run `sudo apt-get install zstd`|install it from your system's packages), then run the command again\.$/,
  );
});

test("a folder with other files is neither used nor deleted", async () => {
  const directory = path.join(base, "not ours");
  await mkdir(directory);
  await writeFile(path.join(directory, "thesis.txt"), "");
  const environment = { THORBIS_LOCAL_DIRECTORY: directory };

  const start = await refusedStart(environment);
  const down = await refusedStart(environment, checkoutRoot(), "down");

  expect(start.stderr).toBe(
    `${directory} contains files that do not belong to the local stack: empty it, or set THORBIS_LOCAL_DIRECTORY to another folder.`,
  );
  expect(start.exitCode).toBe(1);
  expect(down.exitCode).toBe(0);
  expect(existsSync(path.join(directory, "thesis.txt"))).toBe(true);
});

test.each([
  [["--like", "nothing"], "There is no environment nothing to copy: --like takes dev or prod."],
  [["--like"], "`npm start` needs a value for --like <environment>: type `npm start -- [options]`."],
  [["--lik", "prod"], "`npm start` has no option --lik: did you mean --like?"],
])("npm start -- %j is refused before anything is installed", async (args, sentence) => {
  const refusal = await refusedStart({}, checkoutRoot(), "start", { args });

  expect(refusal.stderr).toBe(sentence);
  expect(refusal.exitCode).toBe(1);
  expect(existsSync(refusal.directory)).toBe(false);
});

test("a folder that cannot be created is named", async () => {
  const file = path.join(base, "a file");
  await writeFile(file, "");

  const refusal = await refusedStart({ THORBIS_LOCAL_DIRECTORY: file });

  expect(refusal.stderr).toBe(
    `${file} cannot be created, because it is a file: fix this, or set THORBIS_LOCAL_DIRECTORY to a writable folder, and run the command again.`,
  );
  expect(refusal.exitCode).toBe(1);
});
