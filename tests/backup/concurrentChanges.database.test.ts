import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../backup/commands/run";
import type { Manifest } from "../../backup/manifest";
import { readAccess } from "../../backup/postgres/access";
import { findTools } from "../../backup/postgres/tools";
import { readSchemaArchive } from "../../backup/restore/schemaArchive";
import { objectKey } from "../../backup/runName";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, type RecordedContext, taskEnvironment } from "./support/commands";
import { storedRows } from "./support/rows";
import { backupPassword } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

let source: TestCluster;
let store: TestStore;
let postgres: pg.Client;
let other: pg.Client;

beforeAll(async () => {
  [source, store] = await Promise.all([startTestCluster(), startTestStore()]);
  [postgres, other] = [await source.client(), await source.client()];
  await postgres.query(`
    create role backup login bypassrls password ${postgres.escapeLiteral(backupPassword)};
    grant pg_read_all_data to backup;
    create schema shop`);
});

afterAll(async () => {
  await Promise.all([source?.remove(), store?.remove()]);
});

beforeEach(async () => {
  await postgres.query(`
    drop schema shop cascade;
    drop schema if exists elsewhere cascade;
    create schema shop;
    create table shop.t (a int, b text);
    create table shop.parent (a int) partition by range (a);
    create table shop.child partition of shop.parent for values from (0) to (1000);
    create table shop.apart (a int);
    create table shop.dropped (a int);
    insert into shop.t select n, 'row ' || n from generate_series(1, 100) n;
    insert into shop.parent select n from generate_series(1, 100) n;
    insert into shop.apart select n from generate_series(2001, 2100) n;
    insert into shop.dropped select 1`);
});

/** Runs a backup that waits for a lock, and lets the other session change the table that it waits for. */
async function backUpWhile(change: string): Promise<{ manifest: Manifest; context: RecordedContext }> {
  const context = commandContext(taskEnvironment(source, store));
  await other.query(
    "begin; lock table shop.t, shop.parent, shop.apart, shop.dropped in access exclusive mode",
  );
  const running = run(context);
  running.catch(() => undefined);
  await expect
    .poll(
      async () =>
        (
          await postgres.query(
            "select from pg_stat_activity where usename = 'backup' and wait_event_type = 'Lock'",
          )
        ).rowCount,
      { timeout: 60_000 },
    )
    .toBeGreaterThan(0);
  await other.query(`${change}; commit`);
  return { manifest: (await running).manifest, context };
}

/** Returns whether a schema has tables of this test, before or after they were moved. */
const ours = (schema: string): boolean => ["shop", "elsewhere"].includes(schema);

const countsOf = ({ tables }: Manifest): Record<string, number> =>
  Object.fromEntries(tables.filter(({ schema }) => ours(schema)).map(({ table, rows }) => [table, rows]));

describe("a table that another session changes while a backup starts", () => {
  const before = { t: 100, child: 100, apart: 100, dropped: 1 };

  it.each<[string, string, Record<string, number>]>([
    [
      "truncated and filled",
      "truncate shop.t; insert into shop.t select n, '' from generate_series(1, 777) n",
      { t: 777 },
    ],
    ["rewritten by a change of type", "alter table shop.t alter a type bigint", { t: 100 }],
    [
      "rewritten by a volatile default",
      "alter table shop.t add c uuid default gen_random_uuid()",
      { t: 100 },
    ],
    ["dropped", "drop table shop.dropped", { dropped: Number.NaN }],
    ["altered to unlogged", "alter table shop.t set unlogged", { t: 100 }],
    [
      "clustered",
      "create index t_a on shop.t (a); cluster shop.t using t_a; truncate shop.child",
      { child: 0 },
    ],
    [
      "replaced by another one of the same name",
      "drop table shop.t; create table shop.t (b text, a int); insert into shop.t values ('new', 1)",
      { t: 1 },
    ],
    [
      "swapped with another",
      "alter table shop.t rename to t2; alter table shop.apart rename to t; alter table shop.t2 rename to apart; insert into shop.t values (1)",
      { t: 101 },
    ],
    ["emptied by a cascade", "truncate shop.t, shop.parent cascade", { t: 0, child: 0 }],
    ["renamed", "alter table shop.t rename to renamed", { t: Number.NaN, renamed: 100 }],
    ["altered to add a column", "alter table shop.t add c int", { t: 100 }],
    ["altered to drop a column", "alter table shop.t drop b", { t: 100 }],
    [
      "moved to another schema",
      "create schema elsewhere; alter table shop.t set schema elsewhere; alter table elsewhere.t rename to moved",
      { t: Number.NaN, moved: 100 },
    ],
    [
      "detached from its parent",
      "alter table shop.parent detach partition shop.child; truncate shop.child",
      { child: 0 },
    ],
    [
      "attached to a parent",
      "alter table shop.parent attach partition shop.apart for values from (2000) to (3000)",
      { apart: 100 },
    ],
  ])("%s, is saved in the new or the old state", async (_, change, after) => {
    const { manifest } = await backUpWhile(change);
    const expected = Object.entries({ ...before, ...after }).filter(([, rows]) => !Number.isNaN(rows));
    expect(countsOf(manifest)).toEqual(Object.fromEntries(expected));
    expect(await storedRows(store, manifest, ours)).toEqual(Object.fromEntries(expected));
  });

  it("leads to a new snapshot if it was rewritten, and to none otherwise", async () => {
    const rewritten = await backUpWhile("truncate shop.t");
    expect(rewritten.context.progressed.join("\n")).toContain(
      "taking a new snapshot: shop.t changed after the snapshot was taken",
    );
    // An index, a policy or a trigger in the snapshot must still exist when pg_dump reads its definition.
    for (const change of [
      "create policy shut on shop.t using (false)",
      "create index t_b on shop.t (b)",
      "alter table shop.t add constraint positive check (a > 0)",
    ]) {
      const changed = await backUpWhile(change);
      expect(changed.context.progressed.join("\n")).toContain("taking a new snapshot: shop.t changed");
    }
    // A function, in order to have its arguments, and a view.
    await postgres.query(
      "create function shop.double(n int) returns int language sql as 'select 2 * $1'; create view shop.ones as select 1 as one",
    );
    for (const [change, name] of [
      ["create or replace view shop.ones as select 1 as one, 2 as two", "shop.ones"],
      ["drop function shop.double(int)", "shop.double"],
    ]) {
      const changed = await backUpWhile(change ?? "");
      expect(changed.context.progressed.join("\n")).toContain(`taking a new snapshot: ${name} changed`);
    }
    const kept = await backUpWhile("delete from shop.apart");
    expect(kept.context.progressed.join("\n")).not.toContain("taking a new snapshot");
    expect(countsOf(kept.manifest)).toMatchObject({ apart: 100 });
  });
});

describe("a function that is dropped after the snapshot", () => {
  it("is omitted from the inventory, which does not know its arguments", async () => {
    await postgres.query("create function shop.double(n int) returns int language sql as 'select 2 * $1'");
    const ofShop = async (client: pg.Client): Promise<string[]> =>
      (await readAccess(client))
        .filter(({ kind, name }) => kind === "routine" && name.startsWith("shop."))
        .map(({ name }) => name);
    await other.query("begin isolation level repeatable read; select");
    const before = await ofShop(other);
    await postgres.query("drop function shop.double(int)");

    const after = await ofShop(other);

    await other.query("rollback");
    expect([before, after]).toEqual([["shop.double(n integer)"], []]);
  });
});

describe("functions, types and views that change while pg_dump reads them", () => {
  it("are saved with their arguments and names, from a new snapshot", async () => {
    await postgres.query(`do $$ begin for n in 1..300 loop
      execute format('create function shop.f%s(a int, b text) returns int language sql as ''select 1''', n);
      execute format('create type shop.e%1$s as enum (''a''); create table shop.t%1$s (e shop.e%1$s); create view shop.v%1$s as select e from shop.t%1$s', n);
    end loop; end $$`);
    const context = commandContext(taskEnvironment(source, store));
    const running = run(context);
    running.catch(() => undefined);
    // All tables are locked and checked then, and pg_dump has not read the functions yet.
    await expect
      .poll(
        async () =>
          (
            await other.query(
              "select from pg_locks l join pg_stat_activity a using (pid) where a.application_name ~ ' schema$' and l.relation = 'shop.t300'::regclass",
            )
          ).rowCount,
        { timeout: 60_000, interval: 2 },
      )
      .toBeGreaterThan(0);
    await other.query(`do $$ begin for n in 1..300 loop
      execute format('drop function shop.f%1$s; create function shop.f%1$s(a int, b text) returns int language sql as ''select 2''', n);
      execute format('drop view shop.v%1$s; create view shop.v%1$s as select e from shop.t%1$s; alter type shop.e%1$s rename to renamed%1$s', n);
    end loop; end $$`);

    const { manifest } = await running;

    expect(context.progressed.join("\n")).toMatch(
      /taking a new snapshot: shop\.\w+, shop\.\w+, shop\.\w+ and \d+ more changed/,
    );
    const chunks: Buffer[] = [];
    for await (const chunk of (await store.store.open(objectKey(manifest.run, "schema.dump.zst"))) ?? [])
      chunks.push(chunk as Buffer);
    const tools = await findTools(manifest.source.serverMajor);
    const { signal } = new AbortController();
    const entries = await readSchemaArchive(Buffer.concat(chunks), manifest, { tools, signal });
    const sql = entries.map((entry) => entry.sql.replaceAll(/\s+/g, " "));
    for (let n = 1; n <= 300; n += 1) {
      expect(sql).toContainEqual(expect.stringContaining(`CREATE FUNCTION shop.f${n}(a integer, b text)`));
      expect(sql).toContainEqual(expect.stringContaining(`CREATE TABLE shop.t${n} ( e shop.renamed${n} )`));
      expect(sql).toContainEqual(expect.stringContaining(`CREATE VIEW shop.v${n} AS`));
    }
  });
});

describe("a backup during concurrent writes, truncates, alters, vacuums and attaches", () => {
  it("has the row counts of its manifest, from one point in time", async () => {
    // Both tables only change together, so their sum shows whether they are from one point in time.
    await postgres.query(
      "create table shop.twin (a int); insert into shop.twin select generate_series(1, 100)",
    );
    let goesOn = true;
    const loop = async (statements: readonly string[]): Promise<number> => {
      const client = await source.client();
      let rounds = 0;
      for (; goesOn; rounds += 1) for (const statement of statements) await client.query(statement);
      return rounds;
    };
    const loops = [
      loop([
        "begin; truncate shop.t, shop.twin; insert into shop.t select n, '' from generate_series(1, 60) n; insert into shop.twin select generate_series(1, 60); commit",
        "begin; insert into shop.t select n, '' from generate_series(1, 40) n; insert into shop.twin select generate_series(1, 40); commit",
        "select pg_sleep(1.1)",
      ]),
      loop([
        "vacuum full shop.apart",
        "alter table shop.apart alter a type bigint",
        "alter table shop.apart alter a type int",
        "select pg_sleep(1.7)",
      ]),
      loop([
        "alter table shop.parent detach partition shop.child",
        "alter table shop.parent attach partition shop.child for values from (0) to (1000)",
        "select pg_sleep(1.3)",
      ]),
    ];
    try {
      for (let nth = 0; nth < 3; nth += 1) {
        const { manifest } = await run(commandContext(taskEnvironment(source, store)));
        const counts = countsOf(manifest);
        expect(await storedRows(store, manifest, ours)).toEqual(counts);
        expect(counts.t).toBe(counts.twin);
        expect([60, 100]).toContain(counts.t);
        expect(counts).toMatchObject({ child: 100, apart: 100, dropped: 1 });
      }
    } finally {
      goesOn = false;
    }
    expect(Math.min(...(await Promise.all(loops)))).toBeGreaterThan(0);
  });
});
