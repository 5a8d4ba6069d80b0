import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { list } from "../../backup/commands/list";
import { restore } from "../../backup/commands/restore";
import { type CompletedBackup, run } from "../../backup/commands/run";
import { verify } from "../../backup/commands/verify";
import { type Manifest, sealManifest } from "../../backup/manifest";
import { requireSameTime } from "../../backup/postgres/clock";
import { newRunName, objectKey } from "../../backup/runName";
import { ObjectStore } from "../../backup/store/objectStore";
import { manifestName } from "../../foundation/backupContract";
import { identifyProcess } from "../../foundation/processLock/identity.mjs";
import { startTestCluster, type TestCluster } from "../support/cluster";
import {
  childrenOf,
  commandContext,
  failureOf,
  startBackupProgram,
  taskEnvironment,
} from "./support/commands";
import { type Fault, type FaultyStore, type S3Request, startFaultyStore } from "./support/faultyStore";
import { createShop } from "./support/shop";
import { bucket, startTestStore, type TestStore } from "./support/store";

// Whole runs against a bucket that fails, is attacked, or contains runs with wrong dates.

let source: TestCluster;
let target: TestCluster;
let store: TestStore;
let proxy: FaultyStore;
let postgres: pg.Client;
/** The environment of the task, with the proxy as endpoint. */
let environment: Record<string, string>;

beforeAll(async () => {
  [source, target, store] = await Promise.all([startTestCluster(), startTestCluster(), startTestStore()]);
  proxy = await startFaultyStore(store.environment.AWS_ENDPOINT_URL_S3 ?? "");
  postgres = await source.client();
  await createShop(postgres);
  // Does not compress, so that an archive has several parts.
  await postgres.query(
    `create table shop.photos as
     select n as id, (select string_agg(sha512((n || '-' || m)::text::bytea), '') from generate_series(1, 1024) m) as photo
     from generate_series(1, 320) n`,
  );
  environment = {
    ...taskEnvironment(source, store),
    AWS_ENDPOINT_URL_S3: proxy.endpoint,
    BACKUP_S3_TIMEOUT_SECONDS: "2",
    // As in the container, whose root file system is read-only: a backup has no disk to write to.
    TMPDIR: "/nonexistent",
  };
});

afterEach(() => proxy.fail(() => undefined));

afterAll(async () => {
  await proxy?.stop();
  await Promise.all([source?.remove(), target?.remove(), store?.remove()]);
});

/** Runs the program in a separate process, whose S3 client reads the proxy's address from its environment. */
async function runProgram(...args: string[]): Promise<{ exitCode: number | null; errorText: string }> {
  return await startBackupProgram(args, environment).ended;
}

const complete = async () =>
  (await list({}, commandContext(environment)))
    .filter(({ state }) => state === "complete")
    .map(({ run }) => run);

const answer = (status: number, code: string): Fault => ({ kind: "answer", status, code });

describe("a run against a bucket that fails", () => {
  type Decide = (wanted: S3Request, nth: number) => Fault | undefined;
  const isData = ({ key }: S3Request) => key.endsWith("data-001.sql.zst");
  const isManifest = ({ key }: S3Request) => key.endsWith(manifestName);

  it("succeeds if each operation fails once", async () => {
    const faults: Partial<Record<S3Request["operation"], Fault>> = {
      "begin upload": answer(500, "InternalError"),
      "put part": { kind: "reset", afterBytes: 100_000 },
      "complete upload": { kind: "lose answer" },
      "put object": { kind: "lose answer" },
      "get object": { kind: "cut answer", afterBytes: 100 },
      "list objects": answer(503, "SlowDown"),
    };
    proxy.fail(({ operation }, nth) => (nth === 1 ? faults[operation] : undefined));
    const { exitCode, errorText } = await runProgram("run");
    expect([exitCode, errorText]).toEqual([0, expect.stringContaining("is complete")]);
    const [newest] = (await complete()).slice(-1);
    const [report] = await verify({ run: newest ?? "" }, commandContext(taskEnvironment(source, store)));
    expect(report?.verdict).toBe("intact");
  });

  it.each<[string, Decide, number, RegExp]>([
    [
      "no part gets through",
      ({ operation }) => (operation === "put part" ? answer(500, "InternalError") : undefined),
      4,
      /Writing s3:.*data-001.* failed: InternalError/,
    ],
    [
      "an object is returned with a flipped bit",
      (wanted) => (wanted.operation === "get object" && isData(wanted) ? { kind: "flip answer" } : undefined),
      5,
      /does not return what was written, so this is not a backup: data-001\.sql\.zst \(altered/,
    ],
    [
      "an object cannot be read back",
      (wanted) =>
        wanted.operation === "get object" && isData(wanted) ? answer(403, "AccessDenied") : undefined,
      4,
      /could not be read back, so this is not a backup: data-001\.sql\.zst \(could not check: .*s3:GetObject is missing/,
    ],
    [
      "the manifest cannot be written",
      (wanted) =>
        wanted.operation === "put object" && isManifest(wanted) ? answer(403, "AccessDenied") : undefined,
      4,
      /manifest\.json failed: permission s3:PutObject is missing/,
    ],
  ])("fails without a backup if %s", async (_, decide, code, reason) => {
    const before = await complete();
    proxy.fail(decide);
    const { exitCode, errorText } = await runProgram("run");
    proxy.fail(() => undefined);
    expect([exitCode, errorText]).toEqual([code, errorText]);
    expect(errorText).toMatch(reason);
    expect(await complete()).toEqual(before);
    expect(await store.unfinishedUploads()).toBe(0);
  });
});

describe("a run that is killed during an upload", () => {
  it("leaves nothing that counts as a backup, no process, and does not block the next run", async () => {
    const before = await complete();
    proxy.fail(({ operation }) => (operation === "put part" ? { kind: "stall" } : undefined));
    const program = startBackupProgram(["run"], environment);
    await proxy.next("put part");
    const children = ["pg_dump", "zstd"].flatMap((name) => childrenOf(program.child.pid, name));
    program.child.kill("SIGKILL");
    await program.ended;
    proxy.fail(() => undefined);

    expect(children.length).toBeGreaterThan(0);
    expect(await complete()).toEqual(before);
    const killed = (await list({ all: true }, commandContext(environment))).filter(
      ({ state }) => state === "partial",
    );
    const into = { ...environment, RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable` };
    for (const { run: name } of killed) {
      expect((await failureOf(restore({ run: name }, commandContext(into)))).exitCode).toBe(8);
    }
    // Its programs end because nothing reads their output, and its lock ends with its session.
    await expect.poll(() => children.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    await expect
      .poll(async () => (await postgres.query("select from pg_locks where locktype = 'advisory'")).rowCount, {
        timeout: 20_000,
      })
      .toBe(0);
    expect((await runProgram("run")).exitCode).toBe(0);
    expect(await complete()).toHaveLength(before.length + 1);
  });

  /** Returns whether a process runs, and is not a zombie, which has ended and was not waited for. */
  const isAlive = (pid: number) => identifyProcess(pid) !== undefined;
});

describe("a backup that was replaced", () => {
  let backup: CompletedBackup;
  const data = "data-001.sql.zst";

  beforeAll(async () => {
    backup = await run(commandContext(taskEnvironment(source, store)));
  });

  const replace = async (object: string, content: string | Buffer) => {
    const Key = objectKey(backup.manifest.run, object);
    await store.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: content }));
  };
  const findingsOf = async () => {
    const context = commandContext(taskEnvironment(source, store));
    const { exitCode } = await failureOf(verify({ run: backup.manifest.run, json: true }, context));
    const [report] = JSON.parse(context.printed.join(""));
    const findings = (report.objects as { object: string; verdict: string }[])
      .filter(({ verdict }) => verdict !== "intact")
      .map(({ object, verdict }) => `${object}: ${verdict}`);
    return { exitCode, findings };
  };

  it("is detected by its versions if an object was restored with the same contents", async () => {
    const key = objectKey(backup.manifest.run, data);
    const chunks: Buffer[] = [];
    for await (const chunk of (await store.store.open(key)) ?? []) chunks.push(chunk as Buffer);
    await replace(data, Buffer.concat(chunks));
    expect(await findingsOf()).toEqual({ exitCode: 5, findings: [`${data}: overwritten`] });
  });

  it("is detected, and not restored, if an object and the manifest were replaced consistently", async () => {
    const forged = "select 'forged';";
    const object = backup.manifest.objects.find(({ name }) => name === "publication.sql");
    const manifest: Manifest = {
      ...backup.manifest,
      objects: backup.manifest.objects.map((stored) =>
        stored === object
          ? { ...stored, bytes: forged.length, sha256: createHash("sha256").update(forged).digest("hex") }
          : stored,
      ),
    };
    await replace("publication.sql", forged);
    await replace(manifestName, sealManifest(manifest));
    expect(await findingsOf()).toEqual({
      exitCode: 5,
      findings: [`${data}: overwritten`, "manifest.json: overwritten", "publication.sql: overwritten"],
    });
    const into = {
      ...taskEnvironment(source, store),
      RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable`,
    };
    const context = commandContext(into);
    expect((await failureOf(restore({ run: backup.manifest.run }, context))).exitCode).toBe(5);
    expect(context.printed.join("\n")).toMatch(/publication\.sql: overwritten \(2 versions; the first is /);
  });
});

describe("a backup that a prune deletes in the moment in which it is completed", () => {
  it.each(["globals.sql", manifestName])("does not succeed without %s", async (object) => {
    const { readText } = ObjectStore.prototype;
    ObjectStore.prototype.readText = async function (this: ObjectStore, key, signal) {
      const text = await readText.call(this, key, signal);
      if (key.endsWith(manifestName)) await this.remove(key.replace(manifestName, object));
      return text;
    };
    try {
      expect(await failureOf(run(commandContext(taskEnvironment(source, store))))).toEqual({
        message: `The bucket does not return what was written, so this is not a backup: ${object} (missing, or of another size).`,
        exitCode: 5,
      });
    } finally {
      ObjectStore.prototype.readText = readText;
    }
  });
});

describe("clocks", () => {
  it("that are wrong by minutes stop a backup before it gets a wrong name", async () => {
    const now = Date.now();
    await requireSameTime(postgres, new Date(now + 200_000));
    for (const [seconds, where] of [
      [-3600, "behind"],
      [3600, "ahead of"],
    ] as const) {
      const { message, exitCode } = await failureOf(
        requireSameTime(postgres, new Date(now + seconds * 1000)),
      );
      expect(exitCode).toBe(1);
      expect(message).toMatch(new RegExp(`^This machine's clock is 3[56]\\d\\d s ${where} the database's, `));
    }
  });

  it("that were ahead do not make that backup the newest", async () => {
    const tomorrow = newRunName(new Date(Date.now() + 24 * 3600 * 1000));
    await run(commandContext(taskEnvironment(source, store)));
    const newest = (await complete()).at(-1);
    await store.store.putText(objectKey(tomorrow, manifestName), "{}", "application/json");
    const [report] = await verify({}, commandContext(taskEnvironment(source, store)));
    expect(report?.run).toBe(newest);
    // The control: it is checked if its name is given.
    const { message } = await failureOf(
      verify({ run: tomorrow }, commandContext(taskEnvironment(source, store))),
    );
    expect(message).toBe(`Damaged: ${tomorrow}.`);
  });
});
