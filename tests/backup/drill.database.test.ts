import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { drill } from "../../backup/commands/drill";
import { run } from "../../backup/commands/run";
import { type Manifest, sealManifest } from "../../backup/manifest";
import { objectKey } from "../../backup/runName";
import { ensurePostgresInstalled, hostedRightsFolder } from "../../emulators/postgres";
import { drillsPrefix, manifestName } from "../../foundation/backupContract";
import { majorOf, startTestCluster, type TestCluster } from "../support/cluster";
import { serversBelow } from "../support/processes";
import { commandContext, failureOf, startBackupProgram, taskEnvironment } from "./support/commands";
import { type FaultyStore, startFaultyStore } from "./support/faultyStore";
import { createShop } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

let source: TestCluster;
let store: TestStore;
let environment: Record<string, string>;
let manifest: Manifest;
/** A backup with objects that only a superuser can create. */
let ofSuperuser: Manifest;

beforeAll(async () => {
  [source, store] = await Promise.all([startTestCluster(), startTestStore()]);
  const postgres = await source.client();
  await createShop(postgres);
  const programs = await ensurePostgresInstalled(() => undefined, { major: await majorOf(postgres) });
  environment = {
    ...taskEnvironment(source, store),
    BACKUP_HOSTED_RIGHTS: await hostedRightsFolder(programs, () => undefined),
  };
  const admin = await source.client("supabase_admin");
  await admin.query(`
    create function shop.negated(int) returns int language internal immutable strict as 'int4um';
    create function shop.leakproof() returns int language sql immutable leakproof as 'select 1';
    create operator class shop.by_number for type int using btree as operator 1 <, function 1 btint4cmp(int, int);
    alter function shop.negated(int) owner to postgres; alter function shop.leakproof() owner to postgres`);
  ({ manifest: ofSuperuser } = await run(commandContext(environment)));
  await admin.query(`
    drop function shop.negated(int), shop.leakproof(); drop operator family shop.by_number using btree`);
  await admin.end();
  ({ manifest } = await run(commandContext(environment)));
  // A drill does not need the source, so it runs without one.
  await postgres.end();
  await source.stop();
});

afterAll(async () => {
  await Promise.all([source?.remove(), store?.remove()]);
});

const receipts = async () =>
  await Promise.all(
    (await store.keys(drillsPrefix)).map(async (key) =>
      JSON.parse((await store.store.readText(key)) ?? "null"),
    ),
  );

describe("backup drill", () => {
  it("passes if the backup can be restored, and writes a receipt", async () => {
    // A separate folder that the server's user can enter, because other drills use the common one.
    const folder = mkdtempSync(path.join(tmpdir(), "thorbis-test-"));
    chmodSync(folder, 0o755);
    vi.stubEnv("TMPDIR", folder);
    const context = commandContext(environment);
    const receipt = await drill({}, context);
    vi.stubEnv("TMPDIR", undefined);
    expect(receipt).toMatchObject({
      event: "drill passed",
      run: manifest.run,
      tables: manifest.tables.length,
      rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
    });
    expect(await receipts()).toEqual([receipt]);
    expect(context.printed).toEqual([JSON.stringify(receipt)]);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it("fails if a table has fewer rows than in the manifest, and writes a receipt", async () => {
    const name = await storeCopy((copy) => ({
      ...copy,
      tables: copy.tables.map((table) => (table.table === "tenants" ? { ...table, rows: 3 } : table)),
    }));
    const { message, exitCode } = await failureOf(drill({ run: name }, commandContext(environment)));
    expect([exitCode, message]).toEqual([
      10,
      "The restored database differs from the backup: shop.tenants has 2 rows, the backup 3.",
    ]);
    expect(await receipts()).toContainEqual(
      expect.objectContaining({ event: "drill failed", run: name, reason: message }),
    );
  });

  it("fails if the backup is damaged", async () => {
    const name = await storeCopy((copy) => copy, "data-001.sql.zst");
    const { exitCode } = await failureOf(drill({ run: name }, commandContext(environment)));
    expect(exitCode).toBe(5);
    expect(await receipts()).toContainEqual(expect.objectContaining({ event: "drill failed", run: name }));
  });

  it("does not run if the disk has no room for the database", async () => {
    const before = await receipts();
    const name = await storeCopy((copy) => ({ ...copy, databaseBytes: 2 ** 50 }));
    const { message, exitCode } = await failureOf(drill({ run: name }, commandContext(environment)));
    expect(exitCode).toBe(11);
    expect(message).toMatch(
      /^The drill did not run: Nothing was restored: the database takes 1024\.0 TiB, but \S+ has only [\d.]+ GiB free; use a larger disk\.$/,
    );
    expect(await receipts()).toEqual(before);
  });

  it("lists what it did not cover", async () => {
    const { notCovered, versions } = await drill({}, commandContext(environment));
    expect(versions.server).toBe(manifest.source.serverMajor);
    expect(notCovered).toContain("files of Storage and secrets of Vault: no backup contains them");
    expect(notCovered.join()).not.toMatch(/PostgreSQL|pg_cron|of the platform|the privileges of/);
  });

  it("fails if only a superuser can restore the backup, and names the role without hosted privileges", async () => {
    const { message, exitCode } = await failureOf(
      drill({ run: ofSuperuser.run }, commandContext(environment)),
    );
    expect(exitCode).toBe(10);
    expect(message).toMatch(/^Everything was restored except /);
    expect(message).toContain("FUNCTION shop.negated(integer) (permission denied for language internal)");
    expect(message).toContain("FUNCTION shop.leakproof() (only superuser can define a leakproof function)");
    expect(message).toContain("OPERATOR CLASS shop.by_number");
    // The control: without the library a superuser restores, and the receipt says so.
    const { event, notCovered } = await drill(
      { run: ofSuperuser.run },
      commandContext({ ...environment, BACKUP_HOSTED_RIGHTS: "/nonexistent" }),
    );
    expect(event).toBe("drill passed");
    expect(notCovered.join()).toMatch(
      /the privileges of `postgres` in a project: hosted_rights for PostgreSQL \d+ is not installed here/,
    );
  });

  it("removes the server and the files of a killed drill", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "thorbis-test-"));
    chmodSync(folder, 0o755);
    const killed = startBackupProgram(["drill"], { ...environment, TMPDIR: folder });
    while (serversBelow(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(serversBelow(folder)).toHaveLength(1);
    vi.stubEnv("TMPDIR", folder);
    const { event } = await drill({}, commandContext(environment));
    vi.stubEnv("TMPDIR", undefined);
    expect([event, serversBelow(folder), readdirSync(folder)]).toEqual(["drill passed", [], []]);
    rmSync(folder, { recursive: true });
  });

  it("counts as not run, not as failed, if no server can start", async () => {
    const before = await receipts();
    vi.stubEnv("TMPDIR", "/nonexistent");
    const { message, exitCode } = await failureOf(drill({}, commandContext(environment)));
    vi.stubEnv("TMPDIR", undefined);
    expect(exitCode).toBe(11);
    expect(message).toMatch(/^The drill did not run: ENOENT/);
    expect(await receipts()).toEqual(before);
  });
});

describe("a drill with a failing bucket", () => {
  let proxy: FaultyStore;

  beforeAll(async () => {
    proxy = await startFaultyStore(store.environment.AWS_ENDPOINT_URL_S3 ?? "");
    vi.stubEnv("AWS_ENDPOINT_URL_S3", proxy.endpoint);
  });

  afterAll(async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_S3", store.environment.AWS_ENDPOINT_URL_S3);
    await proxy?.stop();
  });

  it("passes if connections break occasionally", async () => {
    const cut = new Set<string>();
    proxy.fail(({ operation, key }) => {
      if (operation !== "get object" || cut.has(key)) return undefined;
      cut.add(key);
      return { kind: "cut answer", afterBytes: 100 };
    });
    expect((await drill({}, commandContext(environment))).event).toBe("drill passed");
    const ofRun = [...cut].filter((key) => key.includes(`/${manifest.run}/`));
    expect(ofRun).toHaveLength(manifest.objects.length + 1);
  });

  it("counts as not run, not as failed, if the backup was verified and then cannot be loaded", async () => {
    const before = await receipts();
    proxy.fail(({ operation, key }) => {
      if (operation !== "get object" || !key.endsWith("data-001.sql.zst")) return undefined;
      return { kind: "answer", status: 403, code: "AccessDenied" };
    });
    const { message, exitCode } = await failureOf(drill({}, commandContext(environment)));
    proxy.fail(() => undefined);
    expect(exitCode).toBe(11);
    expect(message).toMatch(
      /^The drill did not run: Reading .*data-001.* failed: permission s3:GetObject is missing\.$/,
    );
    expect(await receipts()).toEqual(before);
  });
});

let copies = 0;

/** Stores a copy of the backup as another run, with another manifest and without one of the objects. */
async function storeCopy(change: (manifest: Manifest) => Manifest, missing?: string): Promise<string> {
  const name = `2099010${++copies}T000000000Z-00000000`;
  for (const { name: object } of manifest.objects) {
    if (object === missing) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of (await store.store.open(objectKey(manifest.run, object))) ?? [])
      chunks.push(chunk as Buffer);
    await store.store.putText(objectKey(name, object), Buffer.concat(chunks), "application/octet-stream");
  }
  const sealed = sealManifest(change({ ...manifest, run: name }));
  await store.store.putText(objectKey(name, manifestName), sealed, "application/json");
  return name;
}
