import { rmSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newProjectBody, type TestEmulator, testEmulator } from "./support";

let emulator: TestEmulator;

beforeEach(async () => {
  emulator = await testEmulator();
});
afterEach(() => emulator.remove());

/** Starts a second emulator on the same folder, as after `kill -9` of the first. */
async function afterKill(): Promise<TestEmulator> {
  return await testEmulator({ stateDirectory: emulator.stateDirectory });
}

test("all data of a project survives a kill", async () => {
  const ref = await emulator.project();
  const target = `/projects/${ref}`;
  const form = new FormData();
  form.append("metadata", JSON.stringify({ entrypoint_path: "index.ts" }));
  form.append("file", new File(["export {}"], "index.ts"));
  await emulator.call("POST", `${target}/functions/deploy?slug=hook`, form);
  await emulator.call("POST", `${target}/secrets`, [{ name: "TOKEN", value: "x" }]);
  await emulator.call("PATCH", `${target}/config/auth`, { jwt_exp: 900 });
  await emulator.call("PATCH", `${target}/config/realtime`, { private_only: true });
  await emulator.call("PATCH", `${target}/config/database/pooler`, { default_pool_size: 20 });
  const paths = [
    `${target}/functions`,
    `${target}/secrets`,
    `${target}/config/auth`,
    `${target}/config/realtime`,
    `${target}/config/database/pgbouncer`,
    `${target}/api-keys?reveal=true`,
    target,
  ];
  const read = async (from: TestEmulator) => await Promise.all(paths.map((each) => from.call("GET", each)));

  const before = await read(emulator);
  const again = await afterKill();
  const after = await read(again);

  const withoutPort = (text: string) => text.replace(/127\.0\.0\.1:\d+/g, "");
  expect(after.map(({ text }) => withoutPort(text))).toEqual(before.map(({ text }) => withoutPort(text)));
  expect((await again.call("GET", `${target}/functions/hook/body`)).text).toContain("export {}");
});

test("a project whose creation was interrupted is completed", async () => {
  emulator.clusters.hold();
  const { json } = await emulator.call("POST", "/projects", {
    organization_slug: "acme",
    name: "cut",
    db_pass: "pass",
    region: "us-east-1",
  });

  const again = await afterKill();

  expect((await again.call("GET", `/projects/${json.ref}`)).json.status).toBe("ACTIVE_HEALTHY");
  expect([...again.clusters.running.values()].map(({ password }) => password)).toEqual(["pass"]);
});

test("a paused project stays paused, with its database stopped", async () => {
  const ref = await emulator.project();
  const paused = await emulator.call("POST", `/projects/${ref}/pause`);
  await emulator.lifecycle.settled();

  const again = await afterKill();
  const after = await again.call("GET", `/projects/${ref}`);
  const restored = await again.call("POST", `/projects/${ref}/restore`);
  await again.lifecycle.settled();

  expect(paused.status).toBe(200);
  expect(emulator.clusters.running.size).toBe(0);
  expect([after.json.status, restored.status]).toEqual(["INACTIVE", 200]);
  expect((await again.call("GET", `/projects/${ref}`)).json.status).toBe("ACTIVE_HEALTHY");
});

test("a paused project returns its settings, and refuses requests that need the database", async () => {
  const ref = await emulator.project();
  await emulator.call("POST", `/projects/${ref}/pause`);
  await emulator.lifecycle.settled();

  const settings = await emulator.call("GET", `/projects/${ref}/config/auth`);
  const password = await emulator.call("PATCH", `/projects/${ref}/database/password`, { password: "other" });
  const buckets = await emulator.call("GET", `/projects/${ref}/storage/buckets`);
  const health = await emulator.call("GET", `/projects/${ref}/health?services=db`);

  expect([settings.status, password.status, buckets.status]).toEqual([200, 400, 400]);
  expect(buckets.json.message).toBe(`Project ${ref} is not active: its status is INACTIVE`);
  expect(health.json).toEqual([
    { name: "db", healthy: false, status: "UNHEALTHY", error: '{"error":"the project is INACTIVE"}' },
  ]);
});

test("a crashed database is restarted at the next request", async () => {
  const ref = await emulator.project();
  emulator.clusters.running.clear();

  const looked = await emulator.call("GET", `/projects/${ref}`);
  await emulator.lifecycle.settled();

  expect(looked.json.status).toBe("RESTARTING");
  expect((await emulator.call("GET", `/projects/${ref}`)).json.status).toBe("ACTIVE_HEALTHY");
  expect(emulator.clusters.running.size).toBe(1);
});

test("a new password reaches the database and survives a kill", async () => {
  const ref = await emulator.project();

  const changed = await emulator.call("PATCH", `/projects/${ref}/database/password`, {
    password: "other pass",
  });
  const again = await afterKill();

  expect(changed.json).toEqual({ message: "Successfully updated password" });
  for (const { clusters } of [emulator, again]) {
    expect([...clusters.running.values()].map(({ password }) => password)).toEqual(["other pass"]);
  }
});

test("a deleted project leaves nothing behind, and the others stay", async () => {
  const doomed = await emulator.project();
  const kept = await emulator.project();

  await emulator.call("DELETE", `/projects/${doomed}`);
  const again = await afterKill();

  expect((await again.call("GET", "/projects")).json.map((project: { ref: string }) => project.ref)).toEqual([
    kept,
  ]);
  expect(again.clusters.running.size).toBe(1);
});

test("restore points need point-in-time recovery and are created in the database", async () => {
  const ref = await emulator.project();
  const path = `/projects/${ref}`;
  await emulator.call("PATCH", `${path}/billing/addons`, { addon_type: "pitr", addon_variant: "pitr_7" });

  const made = await emulator.call("POST", `${path}/database/backups/restore-point`, { name: "before-2" });
  const read = await emulator.call("GET", `${path}/database/backups/restore-point?name=before-2`);
  const backups = await emulator.call("GET", `${path}/database/backups`);

  expect([made.status, made.json.status]).toEqual([201, "AVAILABLE"]);
  expect(read.json).toEqual(made.json);
  expect(emulator.clusters.queries.at(-1)).toEqual({
    role: "supabase_admin",
    sql: "select pg_create_restore_point($1)",
    parameters: ["before-2"],
  });
  expect(backups.json).toEqual({
    region: "eu-central-1",
    walg_enabled: true,
    pitr_enabled: true,
    backups: [],
    physical_backup_data: {},
  });
});

test("a query runs as postgres, a read-only query as the read-only role", async () => {
  const ref = await emulator.project();
  emulator.clusters.rows = [{ answer: 42 }];

  const answer = await emulator.call("POST", `/projects/${ref}/database/query`, {
    query: "select 42 as answer",
  });
  await emulator.call("POST", `/projects/${ref}/database/query`, { query: "select 1", read_only: true });

  expect([answer.status, answer.json]).toEqual([201, [{ answer: 42 }]]);
  expect(emulator.clusters.queries.map(({ role }) => role)).toEqual(["postgres", "supabase_read_only_user"]);
});

test("the emulator continues if the end of a state change cannot be written, as on a full disk", async () => {
  const other = await emulator.project({ name: "other" });
  const release = emulator.clusters.hold();
  emulator.clusters.failure = new Error("no space left on device");
  const { json } = await emulator.call("POST", "/projects", newProjectBody);
  rmSync(path.join(emulator.stateDirectory, "projects", json.ref), { recursive: true });
  release();

  await emulator.lifecycle.settled();

  expect((await emulator.call("GET", `/projects/${json.ref}`)).json.status).toBe("INIT_FAILED");
  expect((await emulator.call("GET", `/projects/${other}`)).json.status).toBe("ACTIVE_HEALTHY");
});
