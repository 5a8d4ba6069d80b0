import { execFileSync } from "node:child_process";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import type { Manifest } from "../../backup/manifest";
import { objectKey } from "../../backup/runName";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, failureOf, type RecordedContext, taskEnvironment } from "./support/commands";
import { storedRows } from "./support/rows";
import { backupPassword } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

let source: TestCluster;
let store: TestStore;
let postgres: pg.Client;
let manifest: Manifest;
let context: RecordedContext;

beforeAll(async () => {
  [source, store] = await Promise.all([startTestCluster(), startTestStore()]);
  postgres = await source.client();
  const admin = await source.client("supabase_admin");
  await postgres.query(`
    create role backup login bypassrls password ${postgres.escapeLiteral(backupPassword)};
    grant pg_read_all_data to backup;
    create schema etl;
    create table etl.jobs as select generate_series(1, 3) as id;
    create table extensions.lookup as select generate_series(1, 4) as id;
    create schema vault_notes;
    create table public.by_identity (id int generated always as identity) partition by range (id);
    create table public.by_identity_1 partition of public.by_identity for values from (1) to (1000);
    insert into public.by_identity select from generate_series(1, 7);
    create table public.by_serial (id bigserial, at date not null) partition by list (at);
    create table public.by_serial_rest partition of public.by_serial default;
    insert into public.by_serial (at) select current_date from generate_series(1, 11);
    create sequence public.never_called start 500;
    create sequence public."Odd""
sequence" increment by -5 minvalue -100 maxvalue 100 start 50;
    select nextval('public."Odd""
sequence"'), nextval('public."Odd""
sequence"');
    create table public."line
break, ""quotes"" :name \\ and 'more'" ("col
umn" text, b int generated always as (1) stored);
    insert into public."line
break, ""quotes"" :name \\ and 'more'" values (E'a\\b\nc\td'), (null), ('\\.'), ('');
    create table public.no_columns ();
    insert into public.no_columns default values;
    insert into public.no_columns default values;
    insert into auth.users (id, email) values (gen_random_uuid(), 'a@example.com');
    insert into auth.refresh_tokens (token) values ('secret')`);
  await admin.query(`
    create extension postgis with schema extensions;
    insert into extensions.spatial_ref_sys (srid, auth_name, auth_srid, srtext) values (990001, 'ours', 990001, 'own'), (990002, 'ours', 990002, 'own');
    create table public.of_extension (n int); insert into public.of_extension values (1); create sequence public.counter_of_extension;
    select nextval('public.counter_of_extension');
    alter extension postgis add table public.of_extension; alter extension postgis add sequence public.counter_of_extension;
    comment on extension postgis is 'Our maps'; comment on language plpgsql is 'Ours'; grant pg_monitor to authenticator;
    create role lender login valid until '2030-01-01';
    alter role lender set log_statement = 'all'`);
  // The values are duplicates, so the index stays invalid.
  await postgres.query("create table public.invalid (n int); insert into public.invalid values (1), (1)");
  await postgres
    .query("create unique index concurrently invalid_n on public.invalid (n)")
    .catch(() => undefined);
  await admin.query("create extension pg_cron");
  await admin.query("create database other");
  await admin.query("select cron.schedule_in_database('elsewhere', '1 1 * * *', 'select 1', 'other')");
  context = commandContext(taskEnvironment(source, store));
  ({ manifest } = await run(context));
});

afterAll(async () => {
  await Promise.all([source?.remove(), store?.remove()]);
});

describe("the contents of a backup", () => {
  it("has the rows of application tables in schemas with a platform's name", () => {
    const rows = Object.fromEntries(
      manifest.tables.map(({ schema, table, rows }) => [`${schema}.${table}`, rows]),
    );
    expect(rows).toMatchObject({ "etl.jobs": 3, "extensions.lookup": 4, "auth.users": 1 });
  });

  it("has the rows of extension tables that are configured for dumps, and not the others", () => {
    const table = manifest.tables.find((candidate) => candidate.table === "spatial_ref_sys");
    expect(table).toEqual({
      schema: "extensions",
      table: "spatial_ref_sys",
      rows: 2,
      archive: "extension-postgis.sql.zst",
    });
  });

  it("has every sequence with its value, including those of partitioned tables", () => {
    const values = manifest.sequences.map(({ sequence, lastValue, isCalled }) => [
      sequence,
      lastValue,
      isCalled,
    ]);
    expect(values).toEqual([
      ['Odd"\nsequence', "45", true],
      ["by_identity_id_seq", "7", true],
      ["by_serial_id_seq", "11", true],
      ["never_called", "500", false],
    ]);
  });

  it("lists the object and the row count of each table, whatever its name is", async () => {
    const stored = await storedRows(store, manifest, (schema) => schema === "public");
    const counted = manifest.tables.filter(({ schema }) => schema === "public");
    expect(Object.fromEntries(counted.map(({ table, rows }) => [table, rows]))).toEqual(stored);
    expect(counted.map(({ rows }) => rows).sort((a, b) => a - b)).toEqual([2, 2, 4, 7, 11]);
    for (const { archive } of manifest.tables) {
      expect(manifest.objects.map(({ name }) => name)).toContain(archive);
    }
  });

  it("can be loaded with psql alone, with unusual names", async () => {
    const odd = manifest.tables.find(({ table }) => table.startsWith("line"));
    const chunks: Buffer[] = [];
    const body = await store.store.open(objectKey(manifest.run, odd?.archive ?? ""));
    for await (const chunk of body ?? []) chunks.push(chunk as Buffer);
    const script = execFileSync("zstd", ["-dc"], { input: Buffer.concat(chunks) });
    const before = await postgres.query(`select t::text from public."line
break, ""quotes"" :name \\ and 'more'" t order by 1`);
    await postgres.query(`drop index public.invalid_n; truncate public.no_columns, public.by_identity, public.by_serial, etl.jobs, extensions.lookup, public."line
break, ""quotes"" :name \\ and 'more'"`);
    execFileSync("psql", ["-Xq1", "-v", "ON_ERROR_STOP=1", "-d", source.url()], {
      input: script,
      env: { ...process.env, PGCLIENTENCODING: "UTF8" },
    });
    const after = await postgres.query(`select t::text from public."line
break, ""quotes"" :name \\ and 'more'" t order by 1`);
    expect(after.rows).toEqual(before.rows);
    expect(after.rows).toHaveLength(4);
  });

  it("are listed together with what is omitted, in the output and the manifest", () => {
    const left = Object.fromEntries(manifest.notCovered.map(({ what, reason }) => [what, reason]));
    expect(Object.keys(left)).toEqual(
      expect.arrayContaining([
        "password of role backup",
        "password of role lender",
        "setting log_statement of role lender",
        "rows of auth.refresh_tokens",
        "rows of public.of_extension",
        "value of sequence public.counter_of_extension",
        "comment on extension postgis",
        "comment on language plpgsql",
        "index public.invalid_n",
        "membership of role authenticator in pg_monitor",
        "job elsewhere of database other",
      ]),
    );
    // The control: what is saved, and the platform's own, is not among them.
    expect(Object.keys(left).join("\n")).not.toMatch(/auth\.users|etl|migrations/);
    for (const what of Object.keys(left)) {
      expect(context.progressed).toContain(`not in the backup: ${what} (${left[what]})`);
    }
  });
});

describe("rows of an extension in a target with other rows", () => {
  let target: TestCluster;

  beforeAll(async () => {
    target = await startTestCluster();
    const admin = await target.client("supabase_admin");
    await admin.query(`
      create extension postgis with schema extensions;
      insert into extensions.spatial_ref_sys (srid, auth_name, auth_srid, srtext) values (990002, 'theirs', 990002, 'other'), (990003, 'theirs', 990003, 'other');
      create table public.in_the_way (a int); alter table public.in_the_way owner to postgres;
      grant usage on schema extensions to postgres; grant select, insert on extensions.spatial_ref_sys to postgres`);
  });
  afterAll(async () => void (await target?.remove()));

  async function restored(): Promise<{ progressed: string[]; rows: unknown[] }> {
    const into = commandContext({
      ...taskEnvironment(source, store),
      RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable`,
    });
    await restore({ run: manifest.run, replace: "postgres" }, into);
    const { rows } = await (await target.client("supabase_admin")).query(
      "select srid, srtext from extensions.spatial_ref_sys where srid >= 990000 order by 1",
    );
    return { progressed: into.progressed, rows };
  }

  it("are reported if the role may not delete them", async () => {
    const { progressed, rows } = await restored();
    expect(rows).toHaveLength(3);
    expect(progressed).toContain("not restored: rows of extensions.spatial_ref_sys: 3 here, 2 in the backup");
  });

  it("are replaced by those of the backup if it may", async () => {
    await (await target.client("supabase_admin")).query(
      "grant delete on extensions.spatial_ref_sys to postgres",
    );
    const { progressed, rows } = await restored();
    expect(rows).toEqual([
      { srid: 990001, srtext: "own" },
      { srid: 990002, srtext: "own" },
    ]);
    expect(progressed.join("\n")).not.toContain("rows of extensions.spatial_ref_sys");
  });
});

describe("large objects", () => {
  it("that the role cannot read stop the run before anything is stored, with the statement that fixes it", async () => {
    await postgres.query("select lo_from_bytea(0, 'one'), lo_from_bytea(0, 'two')");
    const before = (await store.keys()).length;
    const { message, exitCode } = await failureOf(run(commandContext(taskEnvironment(source, store))));
    expect(exitCode).toBe(3);
    expect(message).toMatch(
      /^The role backup cannot read 2 large objects of postgres: have each owner run `do /,
    );
    expect(await store.keys()).toHaveLength(before);

    const statement = /`(.*)`/s.exec(message)?.[1] ?? "";
    await postgres.query(statement);
    const { manifest: complete } = await run(commandContext(taskEnvironment(source, store)));
    expect(complete.largeObjects).toBe(2);
    expect(complete.objects.map(({ content }) => content)).toContain("large objects");
  });
});

describe("the connection limit of the role", () => {
  afterAll(async () => void (await postgres.query("alter role backup connection limit -1")));

  it("that is too low for a backup stops the run before anything is stored, with the required value", async () => {
    await postgres.query("alter role backup connection limit 6");
    const before = (await store.keys()).length;
    const { message, exitCode } = await failureOf(run(commandContext(taskEnvironment(source, store))));
    expect(exitCode).toBe(3);
    expect(message).toMatch(
      /^The role backup may hold 6 connections, and a backup needs \d+, at least \d+: raise its limit/,
    );
    expect(await store.keys()).toHaveLength(before);
    // The control: with exactly the limit in the message, a backup succeeds, with fewer dumps in parallel.
    await postgres.query(`alter role backup connection limit ${/at least (\d+)/.exec(message)?.[1]}`);
    const slow = commandContext(taskEnvironment(source, store));
    await run(slow);
    expect(slow.progressed).toContainEqual(
      expect.stringMatching(/^1 dump at once instead of 2: backup may hold/),
    );
  });

  it("that a stack sets by default is enough for the default number of connections", async () => {
    await postgres.query("alter role backup connection limit 20");
    const context = commandContext({ ...taskEnvironment(source, store), BACKUP_PARALLEL_DUMPS: "4" });
    await run(context);
    expect(context.progressed.filter((line) => line.includes("instead of"))).toEqual([]);
  });
});
