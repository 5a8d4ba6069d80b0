import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { leftoverProcesses, listeningAddresses } from "../support/processes";

// One local environment, from nothing to removed, as a newcomer's terminal drives it. The tests are its chapters.
let base: string;
let directory: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "local start "));
  directory = path.join(base, "environment");
});

afterAll(() => rm(base, { recursive: true, force: true }));

async function local(...args: string[]): Promise<{ exitCode: number; output: string; stdout: string }> {
  const result = await execa(process.execPath, [path.join(checkoutRoot(), "local", "run.mjs"), ...args], {
    env: { THORBIS_LOCAL_DIRECTORY: directory },
    all: true,
    reject: false,
    stdin: "ignore",
  });
  return { exitCode: result.exitCode ?? -1, output: result.all, stdout: result.stdout };
}

test("start brings the stack up and says how to use it", async () => {
  const { exitCode, output } = await local("start");

  expect(output).toContain("The local stack is up.");
  expect(exitCode).toBe(0);
});

test("right after it there is nothing to change and nothing has drifted", async () => {
  const preview = await local("pulumi", "preview", "-s", "local", "--expect-no-changes");
  const refresh = await local("pulumi", "refresh", "-s", "local", "--preview-only", "--expect-no-changes");

  expect(preview, preview.output).toMatchObject({ exitCode: 0 });
  expect(refresh, refresh.output).toMatchObject({ exitCode: 0 });
});

test("the printed environment serves plain pulumi and psql", async () => {
  const { stdout } = await local("env");
  const shell = `${stdout}\npulumi stack ls --json | tr -d ' \\n'; echo; psql -X -A -t -c 'select current_user' "$DATABASE_URL"`;

  const result = await execa("sh", ["-ec", shell], { cwd: checkoutRoot() });

  expect(result.stdout).toContain('"name":"local"');
  expect(result.stdout.split("\n").at(-1)).toBe("postgres");
});

test("a second start finds everything in place", async () => {
  const { exitCode, output } = await local("start");

  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/Resources:\s+\d+ unchanged/);
});

test("no listener of the stack is reachable from another machine", () => {
  const addresses = listeningAddresses(leftoverProcesses(directory));

  // The Management API, S3 twice, the rest of AWS, and the project's PostgreSQL.
  expect(addresses).toEqual(addresses.map(() => "127.0.0.1"));
  expect(addresses.length).toBeGreaterThanOrEqual(5);
});

test("down leaves no process and no file", async () => {
  const { exitCode, output } = await local("down");

  expect(exitCode, output).toBe(0);
  expect(existsSync(directory)).toBe(false);
  expect(readdirSync(base)).toEqual([]);
  expect(leftoverProcesses(directory)).toEqual([]);
});

test("down again says that there is nothing to stop", async () => {
  expect(await local("down")).toMatchObject({
    exitCode: 0,
    output: "Nothing to stop: the local stack has not been started here.",
  });
});
