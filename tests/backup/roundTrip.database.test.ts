import { execFileSync, spawnSync } from "node:child_process";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { list } from "../../backup/commands/list";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { verify } from "../../backup/commands/verify";
import type { Manifest } from "../../backup/manifest";
import { findTools } from "../../backup/postgres/tools";
import { objectKey } from "../../backup/runName";
import { asRole, startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, failureOf, taskEnvironment } from "./support/commands";
import { backupPassword, createShop, readRows } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

let source: TestCluster;
let target: TestCluster;
let store: TestStore;
let manifest: Manifest;
let percentOfPrevious: number | undefined;
let progressed: string[];
let rowsAtBackup: Record<string, string[]>;
let schemaAtBackup: string[];

const restoreInto = (url: string) => ({
  ...taskEnvironment(source, store),
  RESTORE_DATABASE_URL: `${url}?sslmode=disable`,
});

beforeAll(async () => {
  [source, target, store] = await Promise.all([startTestCluster(), startTestCluster(), startTestStore()]);
  const postgres = await source.client();
  await createShop(postgres);
  rowsAtBackup = await readRows(postgres);
  schemaAtBackup = await dumpSchema(source);
  const context = commandContext(taskEnvironment(source, store));
  ({ manifest, percentOfPrevious } = await run(context));
  progressed = context.progressed;
});

afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), store?.remove()]);
});

describe("backup run", () => {
  it("counts the rows of every table in the snapshot that it dumps", () => {
    const counts = Object.fromEntries(
      manifest.tables.map(({ schema, table, rows }) => [`${schema}.${table}`, rows]),
    );
    expect(counts).toMatchObject({
      "shop.tenants": 2,
      "shop.customers": 101,
      "shop.events_2025": 23,
      "shop.events_2026": 27,
      'Odd " schema.Table with $ and ünïcode': 3,
      "auth.users": 2,
      "storage.buckets": 1,
    });
  });

  it("stores the objects in the manifest and nothing else", async () => {
    const names = [...manifest.objects.map(({ name }) => name), "manifest.json"];
    expect(await store.keys()).toEqual(names.map((name) => objectKey(manifest.run, name)).sort());
    expect(names).toEqual([
      "globals.sql",
      "sequences.sql",
      "materialized-views.sql",
      "publication.sql",
      "jobs.sql",
      "access.json",
      "data-001.sql.zst",
      "auth.sql.zst",
      "storage.sql.zst",
      "schema.dump.zst",
      "manifest.json",
    ]);
  });

  it("is not compared if it is the first", () => {
    expect(percentOfPrevious).toBeUndefined();
  });

  it("is listed and verified", async () => {
    const environment = taskEnvironment(source, store);
    expect((await list({}, commandContext(environment))).map(({ run, state }) => [run, state])).toEqual([
      [manifest.run, "complete"],
    ]);
    const [report] = await verify({}, commandContext(environment));
    expect(report?.verdict).toBe("intact");
  });

  it("prints no password", async () => {
    const globals = (await store.store.readText(objectKey(manifest.run, "globals.sql"))) ?? "";
    expect(globals).toContain('create role "backup" login inherit bypassrls;');
    for (const text of [globals, JSON.stringify(manifest), ...progressed]) {
      expect(text).not.toContain(backupPassword);
      expect(text).not.toMatch(/password '|SCRAM/);
    }
  });
});

describe("backup restore into a fresh project", () => {
  let restored: pg.Client;

  beforeAll(async () => {
    await restore({}, commandContext(restoreInto(target.url())));
    restored = await target.client();
  });

  it("restores every row", async () => {
    expect(await readRows(restored)).toEqual(rowsAtBackup);
  });

  it("restores the schema with owners, grants and policies", async () => {
    expect(await dumpSchema(target)).toEqual(schemaAtBackup);
  });

  it("shows a tenant only its own rows", async () => {
    const seen = async (role: string, claims: Record<string, unknown>) => {
      const { rows } = await asRole(restored, { role, claims }, (client) =>
        client.query<{ tenant_id: number; rows: number }>(
          "select tenant_id, count(*)::int as rows from shop.customers group by 1 order by 1",
        ),
      );
      return rows;
    };
    expect(await seen("authenticated", { tenant_id: 1 })).toEqual([{ tenant_id: 1, rows: 50 }]);
    expect(await seen("authenticated", {})).toEqual([]);
    await expect(seen("anon", {})).rejects.toThrow("permission denied for table customers");
    // The control: the rows of the other tenant are there.
    expect(await seen("postgres", {})).toEqual([
      { tenant_id: 1, rows: 50 },
      { tenant_id: 2, rows: 51 },
    ]);
  });

  it("continues sequences where the source stopped", async () => {
    const { rows } = await restored.query("select nextval('shop.invoice_number')::int as number");
    expect(rows).toEqual([{ number: 1002 }]);
    const { rows: customers } = await restored.query(
      "insert into shop.customers (tenant_id, name) values (1, 'new') returning id::int as id",
    );
    expect(customers).toEqual([{ id: 102 }]);
  });

  it("restores the jobs", async () => {
    const { rows } = await restored.query("select jobname, schedule, command, active from cron.job");
    expect(rows).toEqual([{ jobname: "nightly", schedule: "0 3 * * *", command: "select 1", active: true }]);
  });

  it("refuses a target that is not empty", async () => {
    const { message, exitCode } = await failureOf(restore({}, commandContext(restoreInto(target.url()))));
    expect(exitCode).toBe(9);
    expect(message).toMatch(/^Nothing was restored: the target is not empty: it has schema /);
  });
});

describe("backup restore into a plain database", () => {
  it("creates the platform's roles and schemas that the application needs", async () => {
    const admin = await target.client("supabase_admin");
    await admin.query("create database plain template template0");
    const url = target.url("supabase_admin", "plain");
    const context = commandContext(restoreInto(url));
    await restore({ run: manifest.run }, context);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      expect(await readRows(client)).toEqual(rowsAtBackup);
      const { rows } = await client.query(
        "select relrowsecurity, relforcerowsecurity from pg_class where oid = 'shop.customers'::regclass",
      );
      expect(rows).toEqual([{ relrowsecurity: true, relforcerowsecurity: true }]);
      expect(context.progressed).toContainEqual(
        expect.stringMatching(
          /^not restored: pg_cron and its jobs: can only create extension in database postgres/,
        ),
      );
    } finally {
      await client.end();
    }
  });
});

describe("the source as the target", () => {
  it("is refused if it is not empty", async () => {
    const { message, exitCode } = await failureOf(
      restore({ intoSource: "postgres" }, commandContext(restoreInto(source.url()))),
    );
    expect([exitCode, message.slice(0, 52)]).toEqual([
      9,
      "Nothing was restored: the target is not empty: it ha",
    ]);
  });

  it("is refused if it was emptied, and restored with the option that allows it", async () => {
    await wipe(await source.client());
    const environment = restoreInto(source.url());
    const { message, exitCode } = await failureOf(restore({}, commandContext(environment)));
    expect([exitCode, message]).toEqual([
      9,
      "Nothing was restored: the target's identifiers are those of the database that was backed up; to restore into it anyway, add --into-source postgres.",
    ]);
    await restore({ intoSource: "postgres" }, commandContext(environment));
    expect(await readRows(await source.client())).toEqual(rowsAtBackup);
  });
});

describe("backup restore --replace", () => {
  // Test clusters are copies of one template, and this one's log position is already ahead of the backup's.
  const inPlace = { replace: "postgres", intoSource: "postgres" };

  it("removes nothing from a database with another name", async () => {
    const { exitCode } = await failureOf(
      restore({ replace: "other" }, commandContext(restoreInto(target.url()))),
    );
    expect(exitCode).toBe(9);
    const { rows } = await (await target.client()).query("select count(*)::int as rows from shop.customers");
    expect(rows).toEqual([{ rows: 102 }]);
  });

  it("removes nothing if Storage has files", async () => {
    const client = await target.client();
    await client.query("insert into storage.objects (bucket_id, name) values ('photos', 'cat.jpg')");
    const { message } = await failureOf(restore(inPlace, commandContext(restoreInto(target.url()))));
    expect(message).toBe(
      "Nothing was restored: the target has files in Storage, which no backup contains; move them elsewhere first.",
    );
    await client.query(
      "begin; set local storage.allow_delete_query = 'true'; delete from storage.objects; commit",
    );
  });

  it("replaces the contents with exactly those of the backup", async () => {
    const client = await target.client();
    await client.query(`
      create schema later;
      create table later.things (id int);
      create table public.more (id int references shop.tenants);
      create function public.more() returns int language sql as 'select 1';
      create type public.more_moods as enum ('a');
      create policy later_policy on storage.objects for select to authenticated using (true);
      select cron.schedule('later', '* * * * *', 'select 1');
      insert into auth.users (id, email) values (gen_random_uuid(), 'later@example.com');
    `);
    await restore(inPlace, commandContext(restoreInto(target.url())));
    expect(await readRows(client)).toEqual(rowsAtBackup);
    expect(await dumpSchema(target)).toEqual(schemaAtBackup);
    const { rows } = await client.query("select jobname from cron.job");
    expect(rows).toEqual([{ jobname: "nightly" }]);
  });
});

describe("plain pg_restore and psql", () => {
  it("restore a backup without this program", async () => {
    const admin = await target.client("supabase_admin");
    await admin.query("create database by_hand template template0");
    const url = target.url("supabase_admin", "by_hand");
    const decompressed = async (name: string): Promise<Buffer> =>
      execFileSync("zstd", ["-dc"], { input: await readObject(objectKey(manifest.run, name)) });
    const schema = await decompressed("schema.dump.zst");
    const { pgRestore } = await findTools();
    const data = await decompressed("data-001.sql.zst");
    const sequences = await readObject(objectKey(manifest.run, "sequences.sql"));
    const environment = { ...process.env, PGCLIENTENCODING: "UTF8" };
    const psql = (input: Buffer): string =>
      spawnSync("psql", ["-Xq1", "-v", "ON_ERROR_STOP=1", "-d", url], {
        input,
        env: environment,
        encoding: "utf8",
      }).stderr;
    const byHand = (args: string[], input: Buffer): string =>
      spawnSync(pgRestore, [`--dbname=${url}`, ...args], { input, encoding: "utf8" }).stderr;

    // Like an operator: everything that needs no extension or job of the platform.
    byHand(["--section=pre-data"], schema);
    expect(psql(data)).toBe("");
    expect(psql(sequences)).toBe("");
    byHand(["--section=post-data"], schema);

    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query("select count(*)::int as rows from shop.customers");
      expect(rows).toEqual([{ rows: 101 }]);
    } finally {
      await client.end();
    }
  });
});

/** Returns the whole schema as text, without the random words that newer versions of pg_dump put into it. */
async function dumpSchema(cluster: TestCluster): Promise<string[]> {
  const { pgDump } = await findTools();
  return execFileSync(pgDump, ["--schema-only", `--dbname=${cluster.url("supabase_admin")}`], {
    encoding: "utf8",
  })
    .split("\n")
    .filter((line) => !/^\\(un)?restrict/.test(line));
}

async function readObject(key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of (await store.store.open(key)) ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Removes everything of the application, as a mistyped command would. */
async function wipe(client: pg.Client): Promise<void> {
  await client.query(`
    drop schema shop, "Odd "" schema" cascade;
    drop materialized view if exists public.tenant_names;
    drop function public.on_new_user() cascade;
    drop policy own_files on storage.objects;
    select cron.unschedule('nightly');
    delete from auth.users;
    set storage.allow_delete_query = 'true';
    delete from storage.buckets;
  `);
}
