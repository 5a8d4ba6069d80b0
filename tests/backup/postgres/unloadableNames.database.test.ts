import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readUnloadableNames } from "../../../backup/postgres/unloadableNames";
import { startTestCluster, type TestCluster } from "../../support/cluster";

let cluster: TestCluster;
let admin: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  admin = await cluster.client("supabase_admin");
  await admin.query("create schema names; create role reader; grant usage on schema names to reader");
});

afterAll(async () => {
  await cluster?.remove();
});

const listed = async (...tables: string[]): Promise<string[]> =>
  (
    await readUnloadableNames(
      admin,
      tables.map((name) => ({ schema: "names", name })),
    )
  ).map(({ what }) => what);

describe("the list of values that a restore does not find", () => {
  it("reads no rows if no object is omitted or has a name of several objects", async () => {
    await admin.query(
      "create table names.secret (c regtype, p regproc); insert into names.secret values ('int4', null); set role reader",
    );
    try {
      await admin.query("set search_path = ''");
      // PostgreSQL itself has functions of the same name.
      await expect(listed("secret")).rejects.toThrow("permission denied for table secret");
      await admin.query("set role none; alter table names.secret drop column p; set role reader");
      expect(await listed("secret")).toEqual([]);
    } finally {
      await admin.query("set role none");
    }
  });

  it("contains those in domains and arrays, but reads no arrays inside of arrays", async () => {
    await admin.query(`
      create table names.kept (n int);
      create index broken on names.kept (n);
      update pg_index set indisvalid = false where indexrelid = 'names.broken'::regclass;
      create domain names.one as regclass;
      create domain names.many as regclass[];
      create domain names.more as names.many;
      create domain names.ones as names.one[];
      create table names.stored (a names.one, b names.many, c names.more, d names.one[], e names.ones, f regclass[][], g regclass);
      insert into names.stored select i, array[i], array[i], array[i], array[i], array[array[i]], 'names.kept' from (select 'names.broken'::regclass) v (i);
      create table names.nested (a names.many[], b names.more[], c regclass);
      insert into names.nested select array[array[i]::names.many], null, i from (select 'names.broken'::regclass) v (i)`);
    const named = (table: string, columns: string): string[] =>
      [...columns].map((column) => `rows of names.${table} that name names.broken in column ${column}`);

    expect(await listed("stored")).toEqual(named("stored", "abcdef"));
    expect(await listed("nested")).toEqual(named("nested", "c"));
  });
});
