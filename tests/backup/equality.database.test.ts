import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, taskEnvironment } from "./support/commands";
import { type Portrait, takePortrait } from "./support/portrait";
import { createShop } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";
import { createUnusualObjects } from "./support/unusualObjects";

let source: TestCluster;
let store: TestStore;
let before: Portrait;

const into = async (target: TestCluster, options = {}) => {
  const context = commandContext({
    ...taskEnvironment(source, store),
    RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable`,
  });
  await restore(options, context);
  return context;
};

/**
 * Returns the portrait of a project. The platform's own default privileges, which `postgres` may not change, belong to the project
 * and not to the backup.
 */
async function portraitOf(target: TestCluster): Promise<Portrait> {
  const admin = await target.client("supabase_admin");
  // Event triggers of the backup would log these statements.
  await admin.query("set session_replication_role = replica");
  for (const objects of ["tables", "sequences"]) {
    await admin.query(
      `alter default privileges for role supabase_admin in schema public revoke all on ${objects} from postgres, anon, authenticated, service_role`,
    );
  }
  return await takePortrait(target.url("supabase_admin"));
}

beforeAll(async () => {
  [source, store] = await Promise.all([startTestCluster(), startTestStore()]);
  const postgres = await source.client();
  await createShop(postgres);
  await createUnusualObjects(postgres);
  await run(commandContext(taskEnvironment(source, store)));
  before = await takePortrait(source.url("supabase_admin"));
  // Grants on the database must be restored, too.
  expect(before.access.find((line) => line.startsWith('{"kind":"database"'))).toContain(
    "closed_owner: CREATE*",
  );
}, 300_000);

afterAll(async () => {
  await Promise.all([source?.remove(), store?.remove()]);
});

describe("a database with every kind of object", () => {
  it.each([
    ["of today", {}],
    ["with the default privileges of before 2026-05-30", { legacyDefaultPrivileges: true }],
  ])("is restored identically in a project %s", async (_, options) => {
    const target = await startTestCluster(options);
    try {
      await into(target);
      expect(await portraitOf(target)).toEqual(before);
    } finally {
      await target.remove();
    }
  });

  it("is restored identically over a database with other objects of every kind", async () => {
    const target = await startTestCluster({ legacyDefaultPrivileges: true });
    try {
      const postgres = await target.client();
      await postgres.query("comment on schema public is 'Elder'");
      await createShop(postgres);
      await createUnusualObjects(postgres);
      await postgres.query(`
        alter schema nasty rename to elder; alter table public.closed_table rename to elder_table;
        alter schema public owner to closed_owner; grant all on schema public to anon; select lo_create(424242);
        grant usage on schema cron to closed_owner; set role closed_owner; select cron.schedule('of another', '1 1 * * *', 'select 2'); reset role;
        create type public.elder_range as range (subtype = int); create table public.elder_identity (id int generated always as identity);
        create collation public.elder from "C"; create text search configuration public.elder (copy = simple);
        alter default privileges in schema public grant all on tables to anon;
        create domain public.elder_domain as public.elder_range check (not isempty(value)); create table public.elder_domains (d public.elder_domain);
        create aggregate public.elder_total(int) (sfunc = int4pl, stype = int); create operator public.&&& (leftarg = int, rightarg = int, function = int4pl);
        create cast (public.elder_range as text) with inout; create procedure public.elder_work(inout n int, out m int) language sql as 'select 1, 2';
        create function public.elder_same(a int) returns int language sql as 'select 1'; create procedure public.elder_same(out b int) language sql as 'select 1';
        create procedure public.elder_twice(in a int) language sql as 'select 1'; create procedure public.elder_twice(out b int) language sql as 'select 1';
        create function public.elder_rows(variadic a int[]) returns table (n int, "odd name" text) language sql as 'select 1, null::text';
        create publication elder_changes for table public.elder_identity (id) where (id > 3); drop publication supabase_realtime; create publication supabase_realtime for all tables; create conversion public.elder_latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
        create statistics public.elder_statistics on id, (id + 1) from public.elder_identity; create view public.elder_view as select * from public.elder_identity;
        create rule elder_rule as on insert to public.elder_view do instead nothing; create materialized view public.elder_filled as select * from public.elder_view;
        create function public.elder_watch() returns trigger language plpgsql as 'begin return new; end';
        create trigger elder_watch before insert on auth.users for each row execute function public.elder_watch();
        create table public.elder_users (id uuid references auth.users); create server elder_server foreign data wrapper postgres_fdw;
        create user mapping for public server elder_server; create foreign table public.elder_remote (a int) server elder_server`);
      // Custom settings that the backup does not have, and a membership in the other direction.
      await (await target.client("supabase_admin")).query(`
        grant set on parameter app.elder to postgres; alter role authenticated set app.elder = 'a secret';
        alter role reader set app.elder = '1'; alter database postgres set app.elder = '1';
        alter role reader in database postgres set app.elder = '1'`);
      await postgres.query('revoke reader from "Odd role"; grant "Odd role" to reader');
      // Roles with more privileges than in the backup, an extension in another schema, grants on columns, and objects of a role that postgres is not a member of.
      await postgres.query(`
        alter role reader login bypassrls createdb connection limit 9; grant closed_owner to reader; alter role reader set search_path = elder;
        alter role reader in database postgres set lock_timeout = '1h';
        alter role authenticated set lock_timeout = '1h'; alter database postgres set lock_timeout = '1h';
        alter database postgres set search_path = elder; comment on database postgres is null; alter database postgres connection limit 5;
        alter extension hstore set schema public; grant select (name) on storage.buckets to anon;
        alter default privileges for role "Odd role" in schema public grant all on tables to anon; revoke "Odd role" from postgres;
        alter default privileges for role authenticated grant all on tables to anon;
        do $$ begin if current_setting('server_version_num')::int >= 160000 then
          execute 'grant reader to lead_of_managed with inherit true, set false'; execute 'grant reader to managed with admin true';
          execute 'grant app_owner to managed with inherit false, set false'; end if; end $$;
        grant estranged to postgres; grant create on schema public to estranged; set role estranged; create table public.squatted (a int);
        create function public.squatting() returns int language sql as 'select 1'; alter default privileges grant all on tables to anon;
        alter default privileges in schema public grant all on tables to anon; reset role; revoke estranged from postgres`);
      await into(target, { replace: "postgres" });
      expect(await portraitOf(target)).toEqual(before);
    } finally {
      await target.remove();
    }
  });
});
