import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireMemoryForRows } from "../../../backup/dump/rowMemory";
import { startTestCluster, type TestCluster } from "../../support/cluster";
import { failureOf, startBackupProgram, taskEnvironment } from "../support/commands";
import { createShop } from "../support/shop";
import { startTestStore, type TestStore } from "../support/store";

const mebibyte = 1024 * 1024;

let cluster: TestCluster;
let store: TestStore;
let postgres: pg.Client;

beforeAll(async () => {
  [cluster, store] = await Promise.all([startTestCluster(), startTestStore()]);
  postgres = await cluster.client();
  await createShop(postgres);
  // Each has one row of 40 MiB as text, which PostgreSQL stores in a fraction of that size, and one small row.
  await postgres.query(`
    create schema large;
    create table large.texts as select 1 as id, 'small' as value union all select 2, repeat('0123456789abcdef', 2621440);
    create table large.bytes as select decode(repeat('0123456789', 4194304), 'hex') as value;
    create table large.documents as select jsonb_build_object('a', repeat('x', 41943040)) as value;
    create table large.several as select repeat('a', 20971520) as a, repeat('b', 20971520) as b;
    create table large."Odd ""name""" ("odd ""column" varchar);
    insert into large."Odd ""name""" select repeat('c', 41943040);
    create table large.dropped as select 1 as id, string_agg(md5(n::text), '') as value from generate_series(1, 40000) n;
    alter table large.dropped drop column value;
    create table large.many_small as select n, repeat(md5(n::text), 100) as value from generate_series(1, 5000) n;`);
}, 300_000);

afterAll(async () => {
  await Promise.all([cluster?.remove(), store?.remove()]);
});

const check = async (name: string, megabytes: number) =>
  await requireMemoryForRows(postgres, [{ schema: "large", name }], megabytes * mebibyte);

describe("the largest row of a table", () => {
  it.each(["texts", "bytes", "documents", "several", 'Odd "name"'])(
    "of %s is found, regardless of compression",
    async (name) => {
      // 220 MiB for the program, and the row twice.
      const { message, exitCode } = await failureOf(check(name, 296));
      expect(exitCode).toBe(3);
      expect(message).toBe(
        `The task has 296.0 MiB of memory, too little for a row of large.${name} that has 40.0 MiB as text: it takes about 300.0 MiB; raise backup.memoryMegabytes, or BACKUP_MEMORY_MEGABYTES outside a stack.`,
      );
      await check(name, 302);
    },
  );

  it("is not the sum of many small rows", async () => {
    await check("many_small", 222);
  });

  it("is not that of a dropped column, whose values are still stored", async () => {
    await check("dropped", 221);
  });

  it("is ignored in a table that is not backed up, and without a limit", async () => {
    await requireMemoryForRows(postgres, [], 64 * mebibyte);
    await requireMemoryForRows(postgres, [{ schema: "large", name: "texts" }], undefined);
  });
});

describe("backup run", () => {
  it("stops before it writes anything if the task is too small for a row, and leaves no session", async () => {
    const environment = { ...taskEnvironment(cluster, store), BACKUP_MEMORY_MEGABYTES: "256" };
    const { exitCode, errorText } = await startBackupProgram(["run"], environment).ended;
    expect(exitCode).toBe(3);
    expect(errorText).toMatch(/^The task has 256\.0 MiB of memory, too little for a row of large\.[^\n]*\n$/);
    expect(await store.keys()).toEqual([]);
    const { rows } = await postgres.query("select from pg_stat_activity where usename = 'backup'");
    expect(rows).toEqual([]);
  });

  it("makes a backup if the task is large enough", async () => {
    const environment = { ...taskEnvironment(cluster, store), BACKUP_MEMORY_MEGABYTES: "512" };
    expect((await startBackupProgram(["run"], environment).ended).exitCode).toBe(0);
  });
});
