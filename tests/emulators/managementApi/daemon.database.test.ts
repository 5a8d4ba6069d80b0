import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseDirectories, startSupabaseApi, stopSupabaseApi } from "../../../emulators/managementApi";
import { runningCluster } from "../../../emulators/postgres";
import { runningService, stopProcess } from "../../../emulators/process";
import { isSameProcess } from "../../../foundation/processLock/identity.mjs";
import { accessToken, newProjectBody } from "./support";

const directory = mkdtempSync(path.join(tmpdir(), "supabase api "));

beforeAll(() => {
  createRequire(import.meta.url)("../../../build/bundle.cjs").bundle(["services/supabase.cjs"]);
});

afterAll(async () => {
  await stopSupabaseApi(directory);
  rmSync(directory, { recursive: true, force: true });
});

const pid = () => runningService(directory, "supabase-api")?.pid;

async function project(endpoint: string, ref: string, token = accessToken): Promise<{ status: string }> {
  const response = await fetch(`${endpoint}/v1/projects/${ref}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  return (await response.json()) as { status: string };
}

async function selectOne(folder: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: runningCluster(folder, newProjectBody.db_pass)?.url() });
  await client.connect();
  try {
    return (await client.query("select 1 as one")).rows;
  } finally {
    await client.end();
  }
}

test("the API is started once, found again, replaced when killed or given another token, and stopped for good", async () => {
  const first = await startSupabaseApi({ directory, accessToken });
  const firstPid = pid();
  const created = await fetch(`${first.endpoint}/v1/projects`, {
    method: "POST",
    headers: { Authorization: `Bearer ${accessToken}` },
    body: JSON.stringify(newProjectBody),
  });
  const { ref } = (await created.json()) as { ref: string };
  await expect
    .poll(async () => (await project(first.endpoint, ref)).status, { timeout: 60_000 })
    .toBe("ACTIVE_HEALTHY");

  // Found again: the same process.
  expect((await startSupabaseApi({ directory, accessToken })).endpoint).toBe(first.endpoint);
  expect(pid()).toBe(firstPid);

  // Found again while its database is being killed: the database runs again before the address is returned.
  const [folder = ""] = databaseDirectories(directory);
  const database = runningCluster(folder, newProjectBody.db_pass);
  process.kill(database?.pid ?? 0, "SIGKILL");
  await startSupabaseApi({ directory, accessToken });
  expect(pid()).toBe(firstPid);
  expect(await selectOne(folder)).toEqual([{ one: 1 }]);

  // Killed: another process on the same port, with the same project.
  const killed = runningService(directory, "supabase-api");
  if (killed !== undefined) await stopProcess(killed, "SIGKILL");
  const second = await startSupabaseApi({ directory, accessToken });
  expect(second.endpoint).toBe(first.endpoint);
  expect(pid()).not.toBe(firstPid);
  expect((await project(second.endpoint, ref)).status).toBe("ACTIVE_HEALTHY");

  // Another token: replaced, and the old token is refused.
  const third = await startSupabaseApi({ directory, accessToken: "sbp_other" });
  expect((await project(third.endpoint, ref, "sbp_other")).status).toBe("ACTIVE_HEALTHY");
  expect(await project(third.endpoint, ref)).toEqual({ message: "Unauthorized" });

  // Killed and then stopped: the database that it left running is stopped too.
  const last = runningService(directory, "supabase-api");
  if (last !== undefined) await stopProcess(last, "SIGKILL");
  expect(runningCluster(folder, newProjectBody.db_pass)).toBeDefined();
  await stopSupabaseApi(directory);
  expect(runningCluster(folder, newProjectBody.db_pass)).toBeUndefined();
  expect(pid()).toBeUndefined();

  const log = readFileSync(path.join(directory, "supabase-api.log"), "utf8");
  expect(log).not.toContain(accessToken);
  expect(log).not.toContain(newProjectBody.db_pass);
});

test("the API still works after its folder is moved, with the same projects", async () => {
  const former = path.join(directory, "former");
  const moved = path.join(directory, "moved");
  const first = await startSupabaseApi({ directory: former, accessToken });
  const before = runningService(former, "supabase-api");
  const created = await fetch(`${first.endpoint}/v1/projects`, {
    method: "POST",
    headers: { Authorization: `Bearer ${accessToken}` },
    body: JSON.stringify(newProjectBody),
  });
  const { ref } = (await created.json()) as { ref: string };
  await fetch(`${first.endpoint}/ready`);

  renameSync(former, moved);
  try {
    const second = await startSupabaseApi({ directory: moved, accessToken });
    expect(second.endpoint).toBe(first.endpoint);
    expect(before !== undefined && isSameProcess(before)).toBe(false);
    expect((await project(second.endpoint, ref)).status).toBe("ACTIVE_HEALTHY");
    expect(await selectOne(path.join(moved, "projects", ref, "database"))).toEqual([{ one: 1 }]);
  } finally {
    await stopSupabaseApi(moved);
  }
});

test("the error of a daemon that cannot start names its log", async () => {
  const taken = await startSupabaseApi({ directory, accessToken });
  const other = mkdtempSync(path.join(tmpdir(), "supabase api "));

  const port = Number(new URL(taken.endpoint).port);

  try {
    // Another API already responds on that port, with this token. It must not be mistaken for the requested one.
    await expect(startSupabaseApi({ directory: other, accessToken, port })).rejects.toThrow(
      /^The local Supabase API ended at once: its log is /,
    );
    expect(readFileSync(path.join(other, "supabase-api.log"), "utf8")).toContain(`Port ${port} on 127.0.0.1`);
  } finally {
    await stopSupabaseApi(other);
    rmSync(other, { recursive: true });
  }
});
