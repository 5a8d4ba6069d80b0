import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestCluster } from "../support/cluster";
import { applyBundle, readBundleFiles } from "./support/applyBundle";
import { type BundledDatabase, startBundledDatabase } from "./support/database";
import { createExtensions, createRoles } from "./support/roles";

const schemas =
  "('shared', 'home_services', 'restaurants', 'automotive', 'retail', 'private', 'audit', 'monitoring')";

let database: BundledDatabase;
let postgres: Client;

beforeAll(async () => {
  database = await startBundledDatabase();
  postgres = database.postgres;
});

afterAll(async () => await database.remove());

const names = async (sql: string): Promise<string[]> =>
  (await postgres.query<{ name: string }>(sql)).rows.map((row) => row.name);

/** Runs statements that a check must detect, then the check, and rolls everything back. */
async function afterwards(statements: string, sql: string): Promise<string[]> {
  await postgres.query("begin");
  try {
    await postgres.query(statements);
    return await names(sql);
  } finally {
    await postgres.query("rollback");
  }
}

describe("row-level security", () => {
  const openTables = `
    select oid::regclass::text as name from pg_class
    where relkind in ('r', 'p') and relnamespace::regnamespace::text in ${schemas}
      and not (relrowsecurity and relforcerowsecurity)
    order by 1`;
  const withoutPolicy = `
    select oid::regclass::text as name from pg_class as c
    where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ${schemas}
      and not exists (select from pg_policy where polrelid = c.oid)
    order by 1`;

  test("is on and forced for every table and partition", async () => {
    expect(await names(openTables)).toEqual([]);
    expect(await afterwards("create table shared.forgotten (id int)", openTables)).toEqual([
      "shared.forgotten",
    ]);
  });

  test("has a policy on every table", async () => {
    expect(await names(withoutPolicy)).toEqual([]);
    expect(await afterwards("create table shared.forgotten (id int)", withoutPolicy)).toEqual([
      "shared.forgotten",
    ]);
  });

  test("no API role has a privilege on a partition, and anon has none on anything", async () => {
    const held = `
      select c.oid::regclass || ' ' || acl.grantee::regrole as name
      from pg_class as c, aclexplode(c.relacl) as acl
      where c.relnamespace::regnamespace::text in ${schemas}
        and (
          (c.relispartition and acl.grantee <> c.relowner)
          or acl.grantee = 0 or acl.grantee::regrole::text = 'anon'
        )`;

    expect(await names(held)).toEqual([]);
    expect(await afterwards("grant select on shared.metrics_default to authenticated", held)).toEqual([
      "shared.metrics_default authenticated",
    ]);
  });

  // Several permissive policies of one role and command are combined with OR for each row: this is slow, and allows more than
  // each policy alone suggests.
  test("one permissive policy per table, role and command", async () => {
    const duplicates = `
      select polrelid::regclass || ' ' || role::regrole || ' ' || command as name
      from pg_policy
      cross join unnest(polroles) as role
      cross join unnest(array['r', 'a', 'w', 'd']) as command
      where polpermissive and polcmd::text in ('*', command)
      group by polrelid, role, command
      having count(*) > 1
      order by 1`;

    expect(await names(duplicates)).toEqual([]);
    expect(
      await afterwards(
        "create policy second on shared.customers for select to authenticated using (true)",
        duplicates,
      ),
    ).toEqual(["shared.customers authenticated r"]);
  });

  test("policies name their roles, and call functions that do not depend on the row once per statement", async () => {
    const conditions = `
      select polrelid::regclass || ' ' || polname as name, polroles = array[0::oid] as for_everybody,
        coalesce(pg_get_expr(polqual, polrelid), '') || ' ' || coalesce(pg_get_expr(polwithcheck, polrelid), '') as condition
      from pg_policy
      where polrelid::regclass::text !~ '^(auth|cron)\\.'
      order by 1`;
    const bare = async (): Promise<string[]> =>
      (await postgres.query<{ name: string; for_everybody: boolean; condition: string }>(conditions)).rows
        .filter(
          (row) =>
            row.for_everybody || /(private|auth|realtime)\.\w+\(/.test(withoutSubqueries(row.condition)),
        )
        .map((row) => row.name);

    expect(await bare()).toEqual([]);
    // Controls: calls outside of `(select …)`, and a policy for all roles.
    await postgres.query("begin");
    await postgres.query(`
      create policy slow on shared.customers to authenticated using (tenant_id = private.get_current_tenant_id());
      create policy wide on shared.presence using (tenant_id = (select private.get_current_tenant_id()))`);
    const found = await bare();
    await postgres.query("rollback");
    expect(found).toEqual(["shared.customers slow", "shared.presence wide"]);
  });

  /** Returns a condition without its parts in `(select …)`, which run once per statement. */
  function withoutSubqueries(condition: string): string {
    const begin = condition.search(/\( SELECT\s/);
    if (begin < 0) return condition;
    let depth = 0;
    let end = begin;
    do {
      if (condition[end] === "(") depth++;
      if (condition[end] === ")") depth--;
      end++;
    } while (depth > 0 && end < condition.length);
    return withoutSubqueries(condition.slice(0, begin) + condition.slice(end));
  }

  test("the column of every isolation policy is the first column of an index", async () => {
    const unserved = `
      select c.oid::regclass::text as name
      from pg_policy as p
      join pg_class as c on c.oid = p.polrelid
      join pg_attribute as a
        on a.attrelid = c.oid and a.attname = case c.oid when 'shared.tenants'::regclass then 'id' else 'tenant_id' end
      where p.polname = 'tenant_isolation'
        and not exists (
          select from pg_index where indrelid = c.oid and indkey[0] = a.attnum and indpred is null and indisvalid
        )`;

    expect(await names(unserved)).toEqual([]);
    expect(
      await afterwards(
        `create table shared.unindexed (tenant_id uuid);
         create policy tenant_isolation on shared.unindexed to authenticated using (true)`,
        unserved,
      ),
    ).toEqual(["shared.unindexed"]);
  });
});

describe("ownership", () => {
  test("everything belongs to app_owner; the exceptions are declared", async () => {
    const others = `
      select oid::regclass::text as name from pg_class
      where relkind in ('r', 'p', 'v', 'm', 'S') and relnamespace::regnamespace::text in ${schemas}
        and relowner <> 'app_owner'::regrole
      union all
      select oid::regprocedure::text from pg_proc
      where pronamespace::regnamespace::text in ${schemas} and proowner <> 'app_owner'::regrole
      union all
      select nspname::text from pg_namespace where nspname in ${schemas} and nspowner <> 'app_owner'::regrole
      union all
      select typname::text from pg_type
      where typtype = 'd' and typnamespace::regnamespace::text in ${schemas} and typowner <> 'app_owner'::regrole`;

    expect((await names(others)).sort()).toEqual([
      // Reads what pg_cron shows only to the role of the job; returns names and numbers.
      "monitoring.failed_job_runs(interval)",
      // Searches with its own filter on the tenant, because no index can be used for a search under policies.
      "private.find_customers(text,integer)",
      // Writes realtime.messages, on which app_owner cannot get a privilege; reads no table.
      "private.notify_realtime_changes()",
    ]);
  });

  test("policies apply to app_owner, because row-level security is forced", async () => {
    const { rows } = await postgres.query(
      "select rolcanlogin, rolbypassrls, rolsuper from pg_roles where rolname = 'app_owner'",
    );

    expect(rows).toEqual([{ rolcanlogin: false, rolbypassrls: false, rolsuper: false }]);
  });
});

describe("functions", () => {
  // pg_temp must be named last: if omitted, it is searched first, and a caller's temporary type replaces a built-in one.
  test("no search_path depends on the caller", async () => {
    const mutable = `
      select oid::regprocedure::text as name from pg_proc
      where pronamespace::regnamespace::text in ${schemas}
        and not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false)
      order by oid`;

    expect(await names(mutable)).toEqual([]);
    expect(
      await afterwards(
        `create function private.loose() returns int language sql return 1;
         create function private.half() returns int language sql set search_path = '' return 1`,
        mutable,
      ),
    ).toEqual(["private.loose()", "private.half()"]);
  });

  test("none can be called by PUBLIC", async () => {
    const open = `
      select p.oid::regprocedure::text as name
      from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as acl
      where p.pronamespace::regnamespace::text in ${schemas} and acl.grantee = 0`;

    expect(await names(open)).toEqual([]);
    expect(
      await afterwards(
        "create function private.loose() returns int language sql set search_path = '' as 'select 1'",
        open,
      ),
    ).toEqual(["private.loose()"]);
  });

  test("plpgsql_check reports nothing, if the server has it", async ({ skip }) => {
    const { rowCount } = await postgres.query(
      "select from pg_available_extensions where name = 'plpgsql_check'",
    );
    skip(rowCount === 0, "plpgsql_check is not installed on this server");
    await postgres.query("create extension if not exists plpgsql_check schema extensions");
    const problems = `
      select p.oid::regprocedure || ': ' || problem as name
      from pg_proc as p
      join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
      cross join lateral extensions.plpgsql_check_function(
        p.oid,
        coalesce((select tgrelid from pg_trigger where tgfoid = p.oid limit 1), 0),
        oldtable => case p.proname when 'record_audit_entries' then 'old_rows' when 'notify_realtime_changes' then 'changed_rows' end,
        newtable => case p.proname when 'record_audit_entries' then 'new_rows' end
      ) as problem
      where p.pronamespace::regnamespace::text in ${schemas}`;

    expect(await names(problems)).toEqual([]);
    expect(
      await afterwards(
        "create function private.wrong() returns int language plpgsql as 'begin return (select nothing from shared.users); end'",
        problems,
      ),
    ).toContain('private.wrong(): error:42703:1:RETURN:column "nothing" does not exist');
  });
});

test("every foreign key has an index that begins with its columns", async () => {
  const unindexed = `
    select conrelid::regclass || ' ' || conname as name
    from pg_constraint as k
    where contype = 'f' and connamespace::regnamespace::text in ${schemas}
      and not exists (
        select from pg_index as i
        where i.indrelid = k.conrelid and i.indpred is null
          and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
      )
    order by 1`;

  expect(await names(unindexed)).toEqual([]);
  expect(
    await afterwards(
      "create table shared.child (id int, tenant_id uuid references shared.tenants (id))",
      unindexed,
    ),
  ).toEqual(["shared.child child_tenant_id_fkey"]);
});

test("every statement of the bundle is in lower case, except strings, names and comments", () => {
  const shouting = [
    ...readBundleFiles("migrations"),
    ...readBundleFiles("repeatable"),
    ...readBundleFiles("diagnostics"),
  ]
    .filter(({ sql }) =>
      /\b(SELECT|INSERT|UPDATE|CREATE|ALTER|FROM|WHERE|GRANT|REVOKE|TABLE)\b/.test(withoutText(sql)),
    )
    .map(({ path }) => path);

  expect(shouting).toEqual([]);
});

const withoutText = (sql: string): string => sql.replaceAll(/--.*$/gm, "").replaceAll(/'[^']*'/g, "");

test("every diagnostic query runs unchanged", async () => {
  const files = readBundleFiles("diagnostics");
  // Objects that the deployer creates, and not the bundle itself.
  await postgres.query(`
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text)`);

  for (const file of files) await expect(postgres.query(file.sql), file.path).resolves.toBeDefined();
  expect(files.length).toBeGreaterThanOrEqual(10);
});

describe("default privileges", () => {
  const rights = `
    select c.oid::regclass || ' ' || coalesce(c.relacl::text, '') as name from pg_class as c
    where relnamespace::regnamespace::text in ${schemas} and relkind in ('r', 'p', 'v')
    union all
    select oid::regprocedure || ' ' || coalesce(proacl::text, '') from pg_proc
    where pronamespace::regnamespace::text in ${schemas}
    union all
    select nspname || ' ' || coalesce(nspacl::text, '') from pg_namespace where nspname in ${schemas}
    order by 1`;

  // If automatic grants were never disabled, and even if they were widened to every schema.
  test("do not change any privilege", async () => {
    const cluster = await startTestCluster({ legacyDefaultPrivileges: true });
    try {
      const client = await cluster.client("postgres");
      await client.query(`
        alter default privileges grant all on tables to anon, authenticated, service_role;
        alter default privileges grant all on functions to anon, authenticated, service_role;
        alter default privileges grant all on schemas to anon, authenticated, service_role`);
      await createRoles(client);
      await createExtensions(client);
      await applyBundle(client);

      const { rows } = await client.query<{ name: string }>(rights);
      expect(rows.map((row) => sorted(row.name))).toEqual((await names(rights)).map(sorted));
    } finally {
      await cluster.remove();
    }
  });

  /** Sorts the privileges in a line: access control lists keep the order in which they were granted. */
  const sorted = (line: string): string =>
    line.replace(/\{.*\}/, (acl) => acl.slice(1, -1).split(",").sort().join(","));
});
