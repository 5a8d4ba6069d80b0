import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postgresClusters } from "../../../emulators/managementApi/clusters";
import { createEmulator, type Emulator } from "../../../emulators/managementApi/emulator";
import { accessToken, newProjectBody, poolerPort } from "./support";

// Push, merge and reset of a preview branch on real databases: the platform's workers apply migrations and deploy functions.

const folder = mkdtempSync(path.join(tmpdir(), "branches-"));
let emulator: Emulator;
let parent: string;
let branch: string;

beforeAll(async () => {
  emulator = await createEmulator({
    accessToken,
    clusters: postgresClusters(),
    poolerPort,
    stateDirectory: folder,
  });
  parent = (await call("POST", "/projects", newProjectBody)).ref;
  await emulator.lifecycle.settled();
  await migrate(parent, "create table public.first (id int)", "first");
  branch = (await call("POST", `/projects/${parent}/branches`, { branch_name: "next" })).project_ref;
  await emulator.lifecycle.settled();
});
afterAll(async () => {
  await emulator?.lifecycle.stopAll();
  rmSync(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire has no type; each test says what it expects
async function call(method: string, target: string, body?: unknown): Promise<any> {
  const response = await emulator.app.request(`/v1${target}`, {
    method,
    headers: { Authorization: `Bearer ${accessToken}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === "" ? response.status : JSON.parse(text);
}

let migrations = 0;

/** Applies a migration. Its version is the time in seconds, so each one waits for the next second. */
async function migrate(ref: string, query: string, name: string): Promise<void> {
  const version = String(20_260_101_000_000 + ++migrations);
  const sql = `create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
    ${query};
    insert into supabase_migrations.schema_migrations values ('${version}', array['${query}'], '${name}')`;
  await call("POST", `/projects/${ref}/database/query`, { query: sql });
}

async function tables(ref: string): Promise<string[]> {
  const query = "select tablename from pg_tables where schemaname = 'public' order by 1";
  const rows: { tablename: string }[] = await call("POST", `/projects/${ref}/database/query`, { query });
  return rows.map(({ tablename }) => tablename);
}

async function run(action: string, body: object = {}): Promise<string> {
  const answer = await call("POST", `/branches/${branch}/${action}`, body);
  expect(answer).toEqual({ workflow_run_id: expect.any(String), message: "ok" });
  const status = async () => (await call("GET", `/projects/${parent}/branches/next`)).status;
  await expect.poll(status, { timeout: 60_000 }).not.toBe("RUNNING_MIGRATIONS");
  return await status();
}

test("a push applies the parent's migrations up to the requested version", async () => {
  await migrate(parent, "create table public.second (id int)", "second");
  expect(await run("push", { migration_version: "20260101000001" })).toBe("FUNCTIONS_DEPLOYED");
  expect(await tables(branch)).toEqual(["first"]);
  expect(await run("push")).toBe("FUNCTIONS_DEPLOYED");
  expect(await tables(branch)).toEqual(["first", "second"]);
  // Nothing runs twice: the table is there already.
  expect(await run("push")).toBe("FUNCTIONS_DEPLOYED");
});

test("a merge applies the branch's migrations to the parent", async () => {
  await migrate(branch, "create table public.third (id int)", "third");
  expect(await run("merge")).toBe("FUNCTIONS_DEPLOYED");
  expect(await tables(parent)).toEqual(["first", "second", "third"]);
});

test("a failed migration keeps those before it and shows in the branch's status", async () => {
  await call("POST", `/projects/${branch}/database/query`, { query: "create table public.fifth (id int)" });
  await migrate(parent, "create table public.fourth (id int)", "fourth");
  await migrate(parent, "create table public.fifth (id int)", "fifth");
  expect(await run("push")).toBe("MIGRATIONS_FAILED");
  expect(await tables(branch)).toEqual(["fifth", "first", "fourth", "second", "third"]);
});

test("a reset gives the branch a new database with only the parent's migrations", async () => {
  expect(await run("reset")).toBe("FUNCTIONS_DEPLOYED");
  expect(await tables(branch)).toEqual(["fifth", "first", "fourth", "second", "third"]);
  await call("POST", `/projects/${branch}/database/query`, { query: "create table public.scratch (id int)" });
  expect(await run("reset", { migration_version: "20260101000002" })).toBe("FUNCTIONS_DEPLOYED");
  expect(await tables(branch)).toEqual(["first", "second"]);
});

test("the default branch refuses push, merge and reset", async () => {
  for (const action of ["push", "merge", "reset"]) {
    expect(await call("POST", `/branches/${parent}/${action}`, {})).toEqual({
      message: `Cannot ${action} the default branch`,
    });
  }
});
