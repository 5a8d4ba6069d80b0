import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, taskEnvironment } from "./support/commands";
import { backupPassword } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

let source: TestCluster;
let store: TestStore;
let locales: string | undefined;

/**
 * Returns a folder with locale `de_DE.utf8`, which writes an amount as `1.234,50 €`, and the locale of the clusters. Returns undefined
 * where the sources of locales are missing (Debian's package `locales`): amounts are then written as everywhere.
 */
async function compileLocale(): Promise<string | undefined> {
  if (!existsSync("/usr/share/i18n/locales/de_DE") || !existsSync(systemLocale)) return undefined;
  const folder = await mkdtemp(path.join(tmpdir(), "thorbis-locales-"));
  await chmod(folder, 0o755);
  const execute = promisify(execFile);
  await execute("localedef", ["-i", "de_DE", "-f", "UTF-8", path.join(folder, "de_DE.utf8")]);
  await symlink(systemLocale, path.join(folder, "C.utf8"));
  return folder;
}

const systemLocale = "/usr/lib/locale/C.utf8";

/** What somebody adds to a table, a view and a function of an extension, and how to see it. */
const added = {
  "table column extensions.spatial_ref_sys.ours":
    "alter table extensions.spatial_ref_sys add column ours text default 'x'",
  "table column extensions.spatial_ref_sys.flag":
    "alter table extensions.spatial_ref_sys add column flag boolean default true",
  "table column extensions.spatial_ref_sys.mood":
    "alter table extensions.spatial_ref_sys add column mood public.mood default 'glad'",
  "table column extensions.spatial_ref_sys.number":
    "alter table extensions.spatial_ref_sys add column number bigint generated always as identity",
  "index extensions.ours_index": "create index ours_index on extensions.spatial_ref_sys (auth_name)",
  "constraint ours_check on extensions.spatial_ref_sys":
    "alter table extensions.spatial_ref_sys add constraint ours_check check (srid > 0)",
  "trigger ours_trigger on extensions.spatial_ref_sys":
    "create trigger ours_trigger before update on extensions.spatial_ref_sys for each row execute function public.watch('a''b')",
  "policy ours_policy on extensions.spatial_ref_sys":
    "create policy ours_policy on extensions.spatial_ref_sys for select to anon using (srid > 7)",
  "rule ours_rule on extensions.spatial_ref_sys":
    "create rule ours_rule as on delete to extensions.spatial_ref_sys where old.srid = -1 do instead nothing",
  "comment table extensions.spatial_ref_sys": "comment on table extensions.spatial_ref_sys is 'Ours'",
  "comment table column extensions.spatial_ref_sys.srid":
    "comment on column extensions.spatial_ref_sys.srid is 'Its ''number'''",
  "comment index extensions.ours_index": "comment on index extensions.ours_index is 'For us'",
  "comment view column extensions.geometry_columns.srid":
    "comment on column extensions.geometry_columns.srid is 'Of a view'",
  "publication member extensions.spatial_ref_sys in ours_whole":
    "alter publication ours_whole add table extensions.spatial_ref_sys",
  "publication member extensions.spatial_ref_sys in ours_flagged":
    "alter publication ours_flagged add table extensions.spatial_ref_sys where (flag)",
  "publication member extensions.spatial_ref_sys in supabase_realtime":
    "alter publication supabase_realtime add table extensions.spatial_ref_sys (srid) where (srid > 3)",
  "routine extensions.find_srid(character varying, character varying, character varying)":
    "create or replace function extensions.find_srid(varchar, varchar, varchar) returns int language sql as 'select 4326'",
} as const;

/** What is only named, since no statement of a backup holds it, or the platform has its own version. */
const named = {
  // The extension's own rows have no value for it.
  "table column extensions.spatial_ref_sys.required":
    "alter table extensions.spatial_ref_sys add column required int not null default 1; alter table extensions.spatial_ref_sys alter column required drop default",
  "rows of extension extensions.spatial_ref_sys":
    "update extensions.spatial_ref_sys set srtext = 'changed' where srid = 4326",
  "table public.of_extension":
    "create table public.of_extension (n int); create trigger of_extension before insert on public.of_extension for each row execute function public.watch(); alter extension postgis add table public.of_extension",
  "index auth.ours_users": "create index ours_users on auth.users (created_at)",
  "table column auth.users.nickname":
    "alter table auth.users add column nickname text; insert into auth.users (id, email, nickname) values (gen_random_uuid(), 'a@example.com', 'nick')",
  "comment table column auth.users.nickname": "comment on column auth.users.nickname is 'Nick'",
  "routine auth.uid()":
    "create or replace function auth.uid() returns uuid language sql stable as 'select null::uuid'",
  "table auth.ours": "create table auth.ours (a int); alter table auth.ours owner to supabase_auth_admin",
  "system routine pg_catalog.pg_read_file(text)":
    "grant execute on function pg_catalog.pg_read_file(text) to lender",
  "system routine pg_catalog.pg_sleep(double precision)":
    "revoke execute on function pg_catalog.pg_sleep(float8) from public",
  "language odd": "create trusted language odd handler plpgsql_call_handler",
} as const;

async function statesOf(admin: pg.Client): Promise<unknown> {
  const { rows } = await admin.query(`
    select (select json_agg(indexdef order by 1) from (select pg_get_indexdef(indexrelid) as indexdef from pg_index where indrelid = 'extensions.spatial_ref_sys'::regclass) i) as indexes,
      (select json_agg(pg_get_constraintdef(oid) order by conname) from pg_constraint where conrelid = 'extensions.spatial_ref_sys'::regclass) as constraints,
      (select json_agg(pg_get_triggerdef(oid)) from pg_trigger where tgrelid = 'extensions.spatial_ref_sys'::regclass and not tgisinternal) as triggers,
      (select json_agg(tgenabled) from pg_trigger where tgrelid = 'extensions.spatial_ref_sys'::regclass and not tgisinternal) as enabled,
      (select json_agg(p) from pg_policies p where tablename = 'spatial_ref_sys') as policies,
      (select json_agg(r) from pg_rules r where tablename = 'spatial_ref_sys') as rules,
      (select json_agg(p order by pubname) from (select pubname, tablename, rowfilter, attnames = '{srid}' as is_narrow from pg_publication_tables) p) as published,
      (select json_agg(description order by description) from pg_description where objoid in ('extensions.spatial_ref_sys'::regclass, 'extensions.geometry_columns'::regclass, 'extensions.ours_index'::regclass)) as comments,
      (select json_agg(s) from (select srid, srtext, ours, flag, mood, number from extensions.spatial_ref_sys where srid > 990000) s) as rows,
      extensions.find_srid('a', 'b', 'c') as replaced,
      (select json_agg(extname order by extname) from pg_extension) as extensions,
      (select attacl::text from pg_attribute where attrelid = 'storage.buckets'::regclass and attname = 'name') as column_grants`);
  return rows[0];
}

async function readWritten(cluster: TestCluster): Promise<unknown[]> {
  const client = await cluster.client();
  await client.query("set datestyle = 'ISO'; set quote_all_identifiers = off");
  const { rows } = await client.query(`
    select t::text, at::text, m::text, obj_description('public.written'::regclass) as comment, encode(lo_get(4242), 'hex') as large,
      (select qual from pg_policies where tablename = 'written') as qual,
      (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 'public.written'::regclass and adnum = 3) as amount
    from public.written`);
  return rows;
}

beforeAll(async () => {
  locales = await compileLocale();
  if (locales !== undefined) vi.stubEnv("LOCPATH", locales);
  [source, store] = await Promise.all([startTestCluster(), startTestStore()]);
  const admin = await source.client("supabase_admin");
  await (await source.client()).query(`
    create role backup login bypassrls password '${backupPassword.replaceAll("'", "''")}';
    grant pg_read_all_data to backup;
    create role lender nologin;
    create type public.mood as enum ('glad', 'sad');
    create publication ours_whole; create publication ours_flagged with (publish = 'insert');
    create function public.watch() returns trigger language plpgsql as 'begin return new; end'`);
  await admin.query("create extension postgis with schema extensions; create extension pg_cron");
  for (const statement of [...Object.values(added), ...Object.values(named)]) await admin.query(statement);
  await admin.query(`
    alter table extensions.spatial_ref_sys disable trigger ours_trigger;
    insert into extensions.spatial_ref_sys (srid, auth_name, auth_srid, srtext, ours, mood, number, required) overriding system value
      values (990001, 'ours', 990001, 'own', 'kept', 'sad', 424242, 1);
    grant select (name) on storage.buckets to anon;
    -- Settings that change what a session reads and writes.
    alter database postgres set standard_conforming_strings = off; alter database postgres set quote_all_identifiers = on;
    alter database postgres set array_nulls = off; alter database postgres set datestyle = 'German';
    alter role backup set lc_monetary = '${locales === undefined ? "C" : "de_DE.utf8"}'; alter role backup set client_encoding = 'LATIN1'; alter role backup set timezone = 'Asia/Tokyo';
    alter role backup set default_transaction_isolation = 'serializable'`);
  await (await source.client()).query(`
    create table public.written (t text[] default '{"NULL",null}', at timestamptz, m money default '1234.5');
    insert into public.written values (default, '2026-03-04 05:06:07+00', '-1234.5');
    comment on table public.written is E'back\\\\slash 表';
    create policy dated on public.written using (at > '2026-01-02 03:04:05+00');
    select lo_from_bytea(4242, decode('00ff5c', 'hex')); grant select on large object 4242 to backup`);
  await run(commandContext(taskEnvironment(source, store)));
});

afterAll(async () => {
  await Promise.all([source?.remove(), store?.remove()]);
  vi.unstubAllEnvs();
  if (locales !== undefined) await rm(locales, { recursive: true, force: true });
});

async function restoreAs(
  role: "postgres" | "supabase_admin",
  preparation = "",
): Promise<{ lines: string[]; target: TestCluster }> {
  const target = await startTestCluster();
  await (await target.client("supabase_admin")).query(preparation);
  const context = commandContext({
    ...taskEnvironment(source, store),
    RESTORE_DATABASE_URL: `${target.url(role)}?sslmode=disable`,
  });
  await restore({}, context);
  const prefix = "not restored: ";
  return {
    lines: context.progressed.flatMap((line) => (line.startsWith(prefix) ? [line.slice(prefix.length)] : [])),
    target,
  };
}

const startOf = (what: string, lines: readonly string[]): string | undefined =>
  lines.find((line) => line.startsWith(what)) && what;

describe("changes of a user to objects of an extension or the platform", () => {
  it("are reported with their SQL by a restore that may not apply them", async () => {
    const { lines, target } = await restoreAs(
      "postgres",
      "alter table auth.users add column nickname text generated always as (lower(email)) stored",
    );
    try {
      const expected = [...Object.keys(added), ...Object.keys(named)];
      expect(expected.map((what) => startOf(what, lines))).toEqual(expected);
      expect(lines).toContain(
        "index extensions.ours_index is missing: CREATE INDEX ours_index ON extensions.spatial_ref_sys USING btree (auth_name)",
      );
      expect(lines).toContain(
        "values of column nickname of auth.users: the target's table generates this column",
      );
      const { rows } = await (await target.client()).query("select email from auth.users");
      expect(rows).toEqual([{ email: "a@example.com" }]);
      // Settings of the database or of a role change nothing of what is saved.
      const found = await readWritten(target);
      expect(found).toEqual(await readWritten(source));
      expect(found).toMatchObject([
        { comment: "back\\slash 表", large: "00ff5c", t: '{"NULL","null"}', amount: "'$1,234.50'::money" },
      ]);
    } finally {
      await target.remove();
    }
  });

  it("are restored by one that may, and the extension's or the platform's own objects are not reported", async () => {
    const { lines, target } = await restoreAs("supabase_admin");
    try {
      expect(
        Object.keys(added)
          .map((what) => startOf(what, lines))
          .filter(Boolean),
      ).toEqual([]);
      expect(await statesOf(await target.client("supabase_admin"))).toEqual(
        await statesOf(await source.client("supabase_admin")),
      );
      const systemRoutines = Object.keys(named).filter((what) => what.startsWith("system routine"));
      expect(systemRoutines.map((what) => startOf(what, lines))).toEqual(systemRoutines);
      const { rows } = await (await target.client()).query(
        "select has_function_privilege('lender', 'pg_catalog.pg_read_file(text)', 'execute') as may_read",
      );
      expect(rows).toEqual([{ may_read: false }]);
      const allowed = [
        ...Object.keys(named),
        "values of column nickname of auth.users: the target's table has no such column",
        "values of column required of extensions.spatial_ref_sys: the target's table has no such column",
        "trigger of_extension",
        "column public.of_extension",
        "table column public.of_extension",
        "table column auth.ours",
      ];
      expect(lines.filter((line) => !allowed.some((what) => line.startsWith(what)))).toEqual([]);
    } finally {
      await target.remove();
    }
  });
});
