import { PassThrough } from "node:stream";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { list } from "../../backup/commands/list";
import { run } from "../../backup/commands/run";
import type { Manifest } from "../../backup/manifest";
import { connect } from "../../backup/postgres/connect";
import { lockOutOthers } from "../../backup/postgres/snapshot";
import { manifestName } from "../../foundation/backupContract";
import { identifyProcess } from "../../foundation/processLock/identity.mjs";
import { startTestCluster, type TestCluster } from "../support/cluster";
import {
  childrenOf,
  commandContext,
  commandLines,
  failureOf,
  type RunningCommand,
  startBackupProgram,
  taskEnvironment,
} from "./support/commands";
import { type FaultyStore, startFaultyStore } from "./support/faultyStore";
import { backupPassword, createShop } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

let source: TestCluster;
let store: TestStore;
let postgres: pg.Client;
let environment: Record<string, string>;
let runsBefore: number;

beforeAll(async () => {
  [source, store] = await Promise.all([startTestCluster(), startTestStore()]);
  postgres = await source.client();
  await createShop(postgres);
  environment = taskEnvironment(source, store);
});

afterAll(async () => {
  await Promise.all([source?.remove(), store?.remove()]);
});

const manifests = async () => (await store.keys()).filter((key) => key.endsWith(`/${manifestName}`)).length;

beforeEach(async () => {
  runsBefore = await manifests();
});

/** Expects that there is no backup, and nothing is left that costs money. */
async function expectNoBackup(): Promise<void> {
  expect(await manifests()).toBe(runsBefore);
  expect(await store.unfinishedUploads()).toBe(0);
}

describe("a failing dump", () => {
  it("makes the run fail with pg_dump's message and without a manifest", async () => {
    await postgres.query("create role half_blind login bypassrls password 'blind-password'");
    await postgres.query('grant usage on schema shop, "Odd "" schema", auth, storage, cron to half_blind');
    const { message, exitCode } = await failureOf(
      run(commandContext({ ...environment, PGUSER: "half_blind", PGPASSWORD: "blind-password" })),
    );
    expect(exitCode).toBe(3);
    expect(message).toContain("permission denied");
    expect(message).not.toContain("blind-password");
    await expectNoBackup();
  });

  it("is listed as a partial run with --all, and not without", async () => {
    const complete = await list({}, commandContext(environment));
    expect(complete).toEqual([]);
    await store.store.putText("runs/20260101T000000000Z-00000000/data-001.sql.zst", "half", "text/plain");
    const all = await list({ all: true }, commandContext(environment));
    expect(all.map(({ run, state }) => [run, state])).toContainEqual([
      "20260101T000000000Z-00000000",
      "partial",
    ]);
  });
});

describe("a backup that waits for a lock", () => {
  let blocker: pg.Client;
  let program: RunningCommand;

  beforeEach(async () => {
    blocker = await source.client();
    await blocker.query("begin; lock table shop.events_2025 in access exclusive mode");
    program = startBackupProgram(["run"], environment);
    await expect.poll(waitingSessions, { timeout: 60_000 }).toBe(1);
  });

  afterEach(async () => {
    program.child.kill("SIGKILL");
    await blocker.query("rollback");
  });

  async function waitingSessions(): Promise<number> {
    const { rows } = await postgres.query(
      "select from pg_stat_activity where query like 'lock table%' and wait_event_type = 'Lock'",
    );
    return rows.length;
  }

  it("stops cleanly on SIGTERM: no session keeps waiting, and there is no manifest", async () => {
    program.child.kill("SIGTERM");
    const { exitCode, errorText } = await program.ended;
    expect(exitCode).toBe(143);
    expect(errorText).toContain("Stopped by SIGTERM; incomplete work is rolled back.");
    // The lock is still held: a session that was not cancelled would keep waiting.
    await expect.poll(waitingSessions, { timeout: 10_000 }).toBe(0);
    await expectNoBackup();
  });

  it("contains only the rows of its snapshot after it continues", async () => {
    await postgres.query(
      "insert into shop.tenants values (3, 'late'); insert into shop.events values (3, '2026-02-02', 'late')",
    );
    await blocker.query("rollback");
    const { exitCode } = await program.ended;
    await postgres.query(
      "delete from shop.events where tenant_id = 3; delete from shop.tenants where id = 3",
    );
    expect(exitCode).toBe(0);
    const [newest] = (await store.keys()).filter((key) => key.endsWith(manifestName)).slice(-1);
    const { tables } = JSON.parse((await store.store.readText(newest ?? "")) ?? "{}") as Manifest;
    const rows = Object.fromEntries(tables.map((table) => [table.table, table.rows]));
    expect(rows).toMatchObject({ tenants: 2, events_2026: 27 });
  });

  it("blocks a second backup, which names the first", async () => {
    const { message, exitCode } = await failureOf(run(commandContext(environment)));
    program.child.kill("SIGTERM");
    await program.ended;
    expect(exitCode).toBe(7);
    expect(message).toMatch(
      /^Another backup or restore of this database is running: session \d+ from 127\.0\.0\.1, since /,
    );
  });
});

/** Kills a process. Returns whether it still ran. */
function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

describe("a running dump", () => {
  let faulty: FaultyStore;
  let program: RunningCommand;

  beforeAll(async () => {
    faulty = await startFaultyStore(store.environment.AWS_ENDPOINT_URL_S3 ?? "");
    // More than the parts in transit hold, and incompressible.
    await postgres.query(`
      create extension if not exists pgcrypto with schema extensions;
      create table shop.noise as select extensions.gen_random_bytes(1024) as bytes from generate_series(1, 50000)`);
  });

  afterAll(async () => {
    await postgres.query("drop table shop.noise");
    await faulty?.stop();
  });

  beforeEach(async () => {
    faulty.fail(({ operation }) => (operation === "put part" ? { kind: "stall" } : undefined));
    const stalled = faulty.next("put part");
    program = startBackupProgram(["run"], {
      ...environment,
      AWS_ENDPOINT_URL_S3: faulty.endpoint,
      BACKUP_S3_TIMEOUT_SECONDS: "2",
    });
    await stalled;
  });

  afterEach(() => void program.child.kill("SIGKILL"));

  it.each([
    ["psql", "--no-psqlrc"],
    ["zstd", "--single-thread"],
  ])("fails if its %s is killed, and names it", async (name, argument) => {
    // Not those that read back stored objects. While the upload is stalled, those of the large table cannot end. Others may.
    const killed = childrenOf(program.child.pid, name, argument).filter(isKilled);
    expect(killed.length).toBeGreaterThan(0);
    // The stall is over, because the upload waits for parts in transit.
    faulty.fail(() => undefined);
    const { exitCode, errorText } = await program.ended;
    expect(exitCode).toBe(3);
    expect(errorText).toContain(`${name} was ended by signal SIGKILL`);
    expect(errorText).not.toContain("    at ");
    await expectNoBackup();
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)(
    "stops cleanly on %s, also if it comes twice: no child process and no manifest",
    async (signal, code) => {
      const children = ["psql", "zstd"].flatMap((name) => childrenOf(program.child.pid, name));
      faulty.fail(() => undefined);
      program.child.kill(signal);
      program.child.kill(signal);
      const { exitCode, errorText } = await program.ended;
      expect(children.length).toBeGreaterThan(1);
      expect(exitCode).toBe(code);
      expect(errorText).toContain(`Stopped by ${signal}; incomplete work is rolled back.`);
      const alive = () => children.filter((pid) => identifyProcess(pid) !== undefined);
      await expect.poll(alive, { timeout: 10_000 }).toEqual([]);
      await expectNoBackup();
    },
  );

  it("does not show its password in the process list", async () => {
    const visible = commandLines();
    expect(visible).toContain("--no-psqlrc");
    expect(visible).not.toContain(backupPassword);
    faulty.fail(() => undefined);
    program.child.kill("SIGTERM");
    await program.ended;
  });

  it("fails with one sentence if the session of the snapshot is lost", async () => {
    // It is idle after everything that is not dumped was stored.
    const terminated = async () =>
      (
        await postgres.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'backup' and application_name = 'thorbis-backup' and state like 'idle in transaction%'",
        )
      ).rowCount;
    await expect.poll(terminated, { timeout: 20_000 }).toBe(1);
    faulty.fail(() => undefined);
    const { exitCode, errorText } = await program.ended;
    expect(exitCode).toBe(3);
    expect(errorText).toMatch(
      /The backup failed: (the session with the database was lost|terminating connection)/,
    );
    expect(errorText).not.toContain("    at ");
    await expectNoBackup();
  });
});

describe("a backup whose output is no longer read", () => {
  it("continues and succeeds", async () => {
    const program = startBackupProgram(["run"], environment);
    program.child.stdout?.destroy();
    program.child.stderr?.destroy();
    expect((await program.ended).exitCode).toBe(0);
    expect(await manifests()).toBe(runsBefore + 1);
  });
});

describe("a lock held by a dead backup", () => {
  it("is released with its session", async () => {
    const settings = {
      host: "127.0.0.1",
      port: source.port,
      database: "postgres",
      sslMode: "disable" as const,
    };
    const client = await connect({ ...settings, user: "backup", password: backupPassword }, 1);
    await lockOutOthers(client);
    await client.end();
    await run(commandContext(environment));
    expect(await manifests()).toBe(runsBefore + 1);
  });

  it("is followed by backups that are compared with the previous one", async () => {
    const { percentOfPrevious } = await run(commandContext(environment));
    expect(percentOfPrevious).toBeGreaterThanOrEqual(99);
    expect(percentOfPrevious).toBeLessThanOrEqual(101);
  });
});

describe("an aborted upload", () => {
  const key = "runs/20260102T000000000Z-00000000/data-001.sql.zst";

  it("leaves no object and no parts", async () => {
    const controller = new AbortController();
    const body = new PassThrough({ highWaterMark: 32 * 1024 * 1024 });
    // More than one part, without an end.
    body.write(Buffer.alloc(20 * 1024 * 1024, 7));
    const upload = store.store.putStream(key, body, controller.signal);
    upload.catch(() => undefined);
    while ((await store.unfinishedUploads()) === 0);
    controller.abort();
    await expect(upload).rejects.toThrow();
    await store.store.abortUploads("runs/20260102T000000000Z-00000000/");
    expect(await store.unfinishedUploads()).toBe(0);
    expect(await store.keys("runs/20260102T000000000Z-00000000/")).toEqual([]);
  });

  it("never replaces an existing object", async () => {
    await store.store.putText(key, "first", "text/plain");
    const body = new PassThrough();
    body.end("second");
    const { message, exitCode } = await failureOf(
      store.store.putStream(key, body, new AbortController().signal),
    );
    expect([exitCode, message]).toEqual([
      4,
      `Writing s3://test-backups/${key} failed: the object already exists, and backups are never overwritten.`,
    ]);
    expect(await store.store.readText(key)).toBe("first");
  });
});

describe("errors that are reported before anything is changed", () => {
  it.each([
    [{ PGPASSWORD: "wrong-password" }, 3, /password authentication failed for user "backup"\.$/],
    [
      { PGPORT: "1" },
      3,
      /^Connecting to database postgres on 127\.0\.0\.1:1 as backup failed: connect ECONNREFUSED/,
    ],
    [{ PGDATABASE: "absent" }, 3, /database "absent" does not exist\.$/],
    [{ BACKUP_BUCKET: "absent-bucket" }, 4, /failed: there is no such bucket \(BACKUP_BUCKET\)\.$/],
  ])("%o", async (change, code, text) => {
    const { message, exitCode } = await failureOf(run(commandContext({ ...environment, ...change })));
    expect(exitCode).toBe(code);
    expect(message).toMatch(text);
    expect(message).not.toContain("wrong-password");
    await expectNoBackup();
  });
});
