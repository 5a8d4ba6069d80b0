import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import type { JsonObject } from "../../foundation/json";
import { ManagementApi } from "../../foundation/managementApi";
import { localAccessToken } from "../../local/environment";
import { databasePortInState } from "../../local/stack/databaseAddress";
import { expectNoProcesses, leftoverProcesses, listeningAddresses } from "../support/processes";
import { onlySql } from "../support/testStack";

// The life of one local environment, from the first start to its removal, with the commands of a new user. The tests depend on
// each other.
let base: string;
let directory: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "local start "));
  directory = path.join(base, "environment");
});

afterAll(() => rm(base, { recursive: true, force: true }));

interface Result {
  exitCode: number;
  output: string;
  stdout: string;
}

async function local(...args: string[]): Promise<Result> {
  return await localIn(directory, ...args);
}

async function localIn(folder: string, ...args: string[]): Promise<Result> {
  const result = await execa(process.execPath, [path.join(checkoutRoot(), "local", "run.mjs"), ...args], {
    env: { THORBIS_LOCAL_DIRECTORY: folder },
    all: true,
    reject: false,
    stdin: "ignore",
  });
  return { exitCode: result.exitCode ?? -1, output: result.all, stdout: result.stdout };
}

test("start deploys the stack and prints how to use it", async () => {
  const { exitCode, output } = await local("start");

  expect(output).toContain("The local stack is up.");
  expect(exitCode).toBe(0);
});

test("after the start, nothing has drifted", async () => {
  const refresh = await local("pulumi", "refresh", "-s", "local", "--preview-only", "--expect-no-changes");

  expect(refresh, refresh.output).toMatchObject({ exitCode: 0 });
});

test("plain pulumi and psql work with the printed environment", async () => {
  const { stdout } = await local("env");
  const shell = `${stdout}\npulumi stack ls --json | tr -d ' \\n'; echo; psql -X -A -t -c 'select current_user' "$DATABASE_URL"`;

  const result = await execa("sh", ["-ec", shell], { cwd: checkoutRoot() });

  expect(result.stdout).toContain('"name":"local"');
  expect(result.stdout.split("\n").at(-1)).toBe("postgres");
});

test("the database probe measures the deployed database, with the variables of its function", async () => {
  const { exitCode, output, stdout } = await local("probe");

  expect(exitCode, output).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    event: "database measured",
    reachable: 1,
    failedMeasurements: 0,
    tablesWithoutRowSecurity: 0,
  });
});

test("the .env file of an application is printed, with no pulumi on PATH", async () => {
  const { exitCode, stdout } = await local("operate", "env", "local");

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^SUPABASE_URL=/m);
});

test("a command that another run blocks names that run, in one sentence after the engine's own message", async () => {
  const locks = path.join(
    directory,
    "state",
    ".pulumi",
    "locks",
    "organization",
    "thorbis-supabase",
    "local",
  );
  const lock = path.join(locks, "11111111-1111-4111-8111-111111111111.json");
  const write = (pid: number) =>
    writeFile(
      lock,
      JSON.stringify({
        pid,
        username: "somebody",
        hostname: os.hostname(),
        timestamp: "2026-11-22T12:00:00Z",
      }),
    );
  await mkdir(locks, { recursive: true });

  await write(process.pid);
  const beside = await local("pulumi", "up", "-s", "local", "--yes", "--skip-preview");
  await write(2 ** 22 + 1);
  const after = await local("pulumi", "up", "-s", "local", "--yes", "--skip-preview");
  await rm(lock);

  const holder = (pid: number) => `process ${pid} on ${os.hostname()}, since 2026-11-22T12:00:00Z`;
  expect(beside.output).toContain("the stack is currently locked by 1 lock(s)");
  expect(beside.output.split("\n").at(-1)).toBe(
    `Another Pulumi run (${holder(process.pid)}) is running on stack local: wait until it ends, then run this command again.`,
  );
  expect(after.output.split("\n").at(-1)).toBe(
    `The Pulumi run that locked stack local (${holder(2 ** 22 + 1)}) no longer exists: run \`npm start\`, which removes its lock, then this command again.`,
  );
  expect([beside.exitCode, after.exitCode]).not.toContain(0);
});

test("a command on a stack whose database uses another port says what to do", async () => {
  const state = path.join(directory, "state", ".pulumi", "stacks", "thorbis-supabase", "local.json");
  const before = await readFile(state, "utf8");
  const port = databasePortInState(before);
  await writeFile(state, before.replace(new RegExp(`("port": ?"?)${port}`, "g"), "$154321"));

  const preview = await local("pulumi", "preview", "-s", "local");
  const output = await local("pulumi", "stack", "output", "-s", "local");
  await writeFile(state, before);

  expect(preview).toMatchObject({
    exitCode: 1,
    output: `PostgreSQL listens on port ${port}, because 54321 is in use, but stack local still has the old port: run \`npm start\`, which updates it, then this command again.`,
  });
  expect(output.exitCode, output.output).toBe(0);
});

test("a second start finds everything in place", async () => {
  const { exitCode, output } = await local("start");

  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/Resources:\s+\d+ unchanged/);
});

/** Manual changes in the database → the object that refresh reports. */
const changes: Readonly<Record<string, string>> = {
  "drop policy tenant_isolation on shared.customers": "policy shared.customers tenant_isolation",
  "alter policy own_data on shared.users using (true)": "policy shared.users own_data",
  "alter table restaurants.orders no force row level security": "table restaurants.orders",
  "revoke insert on retail.products from authenticated": "table retail.products",
  "alter function private.set_updated_at() set work_mem = '8MB'": "function private.set_updated_at()",
  "comment on index shared.customers_tenant_id_email_idx is 'fast'":
    "index shared.customers_tenant_id_email_idx",
  "comment on schema retail is 'shops'": "schema retail",
  "drop view monitoring.slow_queries": "view monitoring.slow_queries",
  "select cron.unschedule('clean-up-presence')": "cron job clean-up-presence",
  "alter table automotive.vehicles disable trigger user": "trigger automotive.vehicles",
};

/** Runs statements one after the other as `postgres`, and returns the rows of the last one. */
async function query(...statements: string[]): Promise<unknown[]> {
  const { stdout: variables } = await local("env");
  const url = /^export DATABASE_URL='?([^'\n]+)/m.exec(variables)?.[1];
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

const refresh = (...more: string[]) =>
  local("pulumi", "refresh", "-s", "local", "--preview-only", "--expect-no-changes", "--diff", ...more);
const up = (...more: string[]) => local("pulumi", "up", "-s", "local", "--yes", "--skip-preview", ...more);

test("refresh reports each of ten manual changes, and up repairs them", async () => {
  await query(...Object.keys(changes));

  const drifted = await refresh(...onlySql);
  const repaired = await up(...onlySql);
  const settled = await refresh(...onlySql);

  expect(drifted.exitCode, drifted.output).toBe(7);
  expect(Object.values(changes).filter((object) => !drifted.output.includes(object))).toEqual([]);
  expect(repaired.exitCode, repaired.output).toBe(0);
  expect(settled.exitCode, settled.output).toBe(0);
});

/** Returns the statements that docs/getting-started.md runs with psql. */
async function documentedStatements(): Promise<string[]> {
  const page = await readFile(path.join(checkoutRoot(), "docs", "getting-started.md"), "utf8");
  return [...page.matchAll(/^psql "\$DATABASE_URL" -\w*c (["'])(.+)\1$/gm)].map(
    ([, , statement]) => statement ?? "",
  );
}

test("a backup is verified, restored into a database that lost its rows and a schema, and passes a drill", async () => {
  const [, insert = "", remove = "", select = ""] = await documentedStatements();
  await query(insert);

  const backup = await local("backup", "run");
  const verified = await local("backup", "verify");
  await query(remove, "drop schema retail cascade");
  const restored = await local("backup", "restore", "--replace", "postgres", "--into-source", "postgres");
  const rows = await query(select);
  const deployed = await up();
  const settled = await refresh();
  const drilled = await local("backup", "drill");

  for (const { exitCode, output } of [backup, verified, restored, deployed, settled, drilled]) {
    expect(exitCode, output).toBe(0);
  }
  expect(rows).toEqual([{ name: "First tenant" }]);
  expect(drilled.output).toContain("drill passed");
});

test("a copy of the running environment is refused, and deleting it does not affect the original", async () => {
  const copy = path.join(base, "copy");
  // `cp` reports errors, because files of a running server appear and disappear, as when a user copies the folder.
  await execa("cp", ["-a", directory, copy], { reject: false });
  const commands = [
    ["start"],
    ["env"],
    ["pulumi", "stack", "ls"],
    ["backup", "list"],
    ["operate", "env", "local"],
  ];

  const refusals = await Promise.all(commands.map((args) => localIn(copy, ...args)));
  const services = leftoverProcesses(copy);
  const down = await localIn(copy, "down");
  const original = await local("probe");

  const sentence = `${copy} is a copy of ${directory}, and a copied local stack cannot run: delete it with \`npm run down\` here, which does not touch ${directory}, then run this command again.`;
  expect(refusals.map(({ output }) => output)).toEqual(commands.map(() => sentence));
  expect(refusals.map(({ exitCode }) => exitCode)).toEqual(commands.map(() => 1));
  expect(services).toEqual([]);
  expect(down).toMatchObject({
    exitCode: 0,
    output: `This folder was a copy of the local stack in ${directory}; its files are deleted.`,
  });
  expect(existsSync(copy)).toBe(false);
  expect(original, original.output).toMatchObject({ exitCode: 0 });
});

test("start resumes a paused project", async () => {
  const { stdout: variables } = await local("env");
  const endpoint = /^export SUPABASE_API_ENDPOINT='?([^'\n]+)/m.exec(variables)?.[1];
  const api = new ManagementApi({ endpoint, accessToken: localAccessToken, client: "somebody's-curl" });
  const { stdout: ref } = await local("pulumi", "stack", "output", "projectRef", "-s", "local");
  const status = async () => ((await api.call("GET", `/projects/${ref}`)).json as JsonObject).status;
  expect(await api.call("POST", `/projects/${ref}/pause`)).toMatchObject({ status: 200 });
  while ((await status()) !== "INACTIVE") await wait(20);

  const { exitCode, output } = await local("start");

  expect(exitCode, output).toBe(0);
  expect(output).toContain(`Project ${ref} was paused: resuming it.`);
  expect(await status()).toBe("ACTIVE_HEALTHY");
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
  await expectNoProcesses(directory);
});

test("a second down reports that there is nothing to stop", async () => {
  expect(await local("down")).toMatchObject({
    exitCode: 0,
    output: "Nothing to stop: the local stack has not been started here.",
  });
});
