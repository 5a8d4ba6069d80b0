import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf, firstFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_tables.sql": `
create schema $s;
grant usage on schema $s to authenticated;
create type $s.mood as enum ('good', 'bad');
create table $s.tenants (id bigint primary key, name text not null default 'x', mood $s.mood);
create table $s.customers (id bigint primary key, tenant_id bigint not null references $s.tenants, email text,
  constraint email_has_at check (email like '%@%'));
create index customers_tenant on $s.customers (tenant_id);
alter table $s.customers enable row level security;
alter table $s.customers force row level security;
grant select (id, tenant_id), insert on $s.customers to authenticated;
grant select on $s.tenants to authenticated;
comment on table $s.customers is 'who pays';
alter default privileges in schema $s grant select on tables to service_role;
create policy from_migration on $s.customers as restrictive for update to authenticated using (id > 0) with check (id > 1);
create publication $s_changes for table $s.tenants with (publish = 'insert, update');
create table $s.numbers (n int);
create sequence $s.counter;
`,
  "repeatable/f.sql": `
create or replace function $s.f(a int default 1) returns int language sql stable set search_path = '' as 'select a';
revoke all on function $s.f(int) from public;
grant execute on function $s.f(int) to authenticated;
comment on function $s.f(int) is 'f';
`,
  "repeatable/stamp.sql": `
create or replace function $s.stamp() returns trigger language plpgsql as $$ begin return new; end $$;
create or replace trigger stamp before update on $s.customers for each row execute function $s.stamp();
`,
  "repeatable/policy.sql":
    "create policy own_rows on $s.customers for select to authenticated using (tenant_id = (select $s.f()));\n",
  "repeatable/view.sql":
    "create or replace view $s.emails with (security_invoker = true) as select id, email from $s.customers;\ngrant select on $s.emails to authenticated;\n",
  "repeatable/bucket.sql":
    "insert into storage.buckets (id, name, public, file_size_limit) values ('$s-avatars', '$s-avatars', false, 1000) on conflict (id) do update set public = excluded.public, file_size_limit = excluded.file_size_limit;\n",
};

/** A manual change, and the path that a refresh prints. The next up repairs each of them. */
const repaired: readonly (readonly [change: string, path: string])[] = [
  ["alter table $s.customers disable row level security", 'live["table $s.customers"].rowSecurity'],
  ["alter table $s.customers no force row level security", 'live["table $s.customers"].rowSecurityForced'],
  ["revoke insert on $s.customers from authenticated", 'live["table $s.customers"].grants'],
  ["revoke select (id) on $s.customers from authenticated", 'live["column $s.customers id"].grants'],
  ["comment on table $s.customers is null", 'live["table $s.customers"].comment'],
  ["alter table $s.tenants alter name drop default", 'live["column $s.tenants name"].default'],
  ["alter table $s.tenants alter name drop not null", 'live["column $s.tenants name"].notNull'],
  ["alter table $s.customers drop constraint email_has_at", 'live["constraint $s.customers email_has_at"]'],
  ["drop index $s.customers_tenant", 'live["index $s.customers_tenant"]'],
  ["drop policy from_migration on $s.customers", 'live["policy $s.customers from_migration"]'],
  [
    "alter policy from_migration on $s.customers using (true)",
    'live["policy $s.customers from_migration"].using',
  ],
  ["drop policy own_rows on $s.customers", 'live["policy $s.customers own_rows"]'],
  ["alter policy own_rows on $s.customers to public", 'live["policy $s.customers own_rows"].roles'],
  ["drop trigger stamp on $s.customers", 'live["trigger $s.customers stamp"]'],
  ["alter table $s.customers disable trigger stamp", 'live["trigger $s.customers stamp"].enabled'],
  [
    "create or replace function $s.f(a int default 1) returns int language sql stable set search_path = '' as 'select 2'",
    'live["function $s.f(integer)"].body',
  ],
  ["alter function $s.f(int) security definer", 'live["function $s.f(integer)"].security'],
  ["alter function $s.f(int) reset search_path", 'live["function $s.f(integer)"].settings'],
  ["revoke execute on function $s.f(int) from authenticated", 'live["function $s.f(integer)"].grants'],
  ["alter function $s.f(int) owner to authenticated", 'live["function $s.f(integer)"].owner'],
  ["drop view $s.emails", 'live["view $s.emails"]'],
  ["alter view $s.emails reset (security_invoker)", 'live["view $s.emails"].options'],
  ["revoke usage on schema $s from authenticated", 'live["schema $s"].grants'],
  [
    "alter default privileges in schema $s revoke select on tables from service_role",
    'live["default privileges postgres in $s tables"]',
  ],
  [
    "alter publication $s_changes set (publish = 'insert, update, delete')",
    'live["publication $s_changes"].publish',
  ],
  ["alter publication $s_changes drop table $s.tenants", 'live["publication table $s_changes $s.tenants"]'],
  ["update storage.buckets set public = true where id = '$s-avatars'", 'live["bucket $s-avatars"].public'],
  ["alter table $s.numbers set (fillfactor = 50)", 'live["table $s.numbers"].options'],
  ["alter table $s.numbers replica identity full", 'live["table $s.numbers"].replicaIdentity'],
];

describe("a manual change is reported by its path and repaired by the next up", () => {
  let bundle: BundleUnderTest;
  beforeAll(async () => {
    bundle = await databases.bundle(files);
    await bundle.up();
  });

  test.each(sliceOf(repaired, 4))("%s", async (change, path) => {
    await bundle.sql("grant create on schema $s to authenticated");
    await bundle.sql(change);
    await bundle.sql("revoke create on schema $s from authenticated");

    expect(await bundle.refresh()).toContain(path.replaceAll("$s", bundle.schema));
    await bundle.up();
    expect(await bundle.refresh()).toEqual([]);
  });
});

describe("a statement trigger of a partitioned table with a copy on each partition", () => {
  const guard = (table: string) => `
create trigger keep before update or delete or truncate on ${table} for each statement execute function $s.refuse('it''s a log');
alter table ${table} enable always trigger keep;`;
  const enable = (table: string) => `alter table only ${table} enable always trigger keep`;
  const withLog = (log: string) => `
create function $s.refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
create table ${log} (at date not null) partition by range (at);
create table ${log}_2025 partition of ${log} for values from ('2025-01-01') to ('2026-01-01') partition by range (at);
create table ${log}_2025_12 partition of ${log}_2025 for values from ('2025-12-01') to ('2026-01-01');
create table ${log}_2026 partition of ${log} for values from ('2026-01-01') to ('2027-01-01');
${[log, `${log}_2025`, `${log}_2025_12`, `${log}_2026`].map(guard).join("")}`;
  /** The log of the bundle, and one of another application. */
  const logs = [
    ["the bundle", "$s.log", { first: `create schema $s; ${withLog("$s.log")}`, before: "" }],
    [
      "another application",
      "public.$s_log",
      { first: "select", before: `create schema $s; ${withLog("public.$s_log")}` },
    ],
  ] as const;

  test.each(logs)("of %s is reported, and not its copies", async (_, log, { first, before }) => {
    const bundle = await databases.bundle({ [firstFile]: first }, { watch: "database" });
    if (before !== "") await bundle.sql(before);
    await bundle.up();
    const reportsOf = async (change: string, reverse: string) => {
      await bundle.sql(change);
      const reports = await bundle.refresh();
      await bundle.sql(reverse);
      expect(await bundle.refresh()).toEqual([]);
      return reports;
    };
    const pathOf = (table: string) => `live["trigger ${table.replaceAll("$s", bundle.schema)} keep"]`;

    expect(await reportsOf(`alter table only ${log} disable trigger keep`, enable(log))).toEqual([
      `${pathOf(log)}.enabled`,
      `${pathOf(log)}.partitions`,
    ]);
    expect(await reportsOf(`drop trigger keep on ${log}`, guard(log))).toEqual([pathOf(log)]);
    for (const partition of [`${log}_2026`, `${log}_2025_12`]) {
      expect(await reportsOf(`drop trigger keep on ${partition}`, guard(partition))).toEqual([
        `${pathOf(log)}.partitions`,
      ]);
      expect(await reportsOf(`alter table ${partition} disable trigger keep`, enable(partition))).toEqual([
        `${pathOf(log)}.partitions`,
        pathOf(partition),
      ]);
    }
    expect(await reportsOf(`drop trigger keep on ${log}_2025`, guard(`${log}_2025`))).toEqual([
      `${pathOf(log)}.partitions`,
    ]);
  });
});

test("a dropped table stops the up before any file runs, and the error names it", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  await bundle.sql("drop table $s.numbers");
  bundle.write({ "migrations/20260102000000_next.sql": "create table $s.next ();\n" });

  expect(await failureOf(bundle.up())).toBe(
    [
      "Manual changes in the database cannot be repaired automatically, so the deployment stops:",
      `  table ${bundle.schema}.numbers: it was dropped with its rows: restore it from a backup`,
      "  Run the statement named above, or undo the change in another way; then run the command again.",
    ].join("\n"),
  );

  expect((await bundle.sql("select to_regclass('$s.next') as n")).rows).toEqual([{ n: null }]);
  await bundle.sql("create table $s.numbers (n int)");
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});

test("a rogue policy stays reported after refreshes, unrelated deployments, migrations and renamed files; prune drops it", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  await bundle.sql("create policy rogue on $s.customers using (true)");
  const path = `live["policy ${bundle.schema}.customers rogue"]`;

  expect(await bundle.refresh()).toEqual([path]);
  expect(await bundle.refresh()).toEqual([path]);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([path]);
  bundle.write({ "migrations/20260102000000_next.sql": "alter table $s.customers add column phone text;\n" });
  await bundle.up();
  expect(await bundle.refresh()).toEqual([path]);
  bundle.write({
    "repeatable/policy.sql": undefined,
    "repeatable/renamed.sql": files["repeatable/policy.sql"],
  });
  await bundle.up();
  expect(await bundle.refresh()).toEqual([path]);
  expect(bundle.logs.filter((line) => !line.includes("Changed outside of the stack")).at(-1)).toMatch(
    /^warning: Not made by the bundle.*\n {2}policy .*rogue: drop policy rogue on/,
  );

  bundle.inputs = { prune: "drop" };
  bundle.logs = [];
  await bundle.preview();
  expect(bundle.logs.join("\n")).toContain(`drop policy rogue on ${bundle.schema}.customers`);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});

test("extra grants, functions and triggers are pruned; an extra table and column are only reported", async () => {
  const bundle = await databases.bundle(files, { prune: "drop" });
  await bundle.up();
  await bundle.sql(`grant delete, update on $s.customers to anon;
    create function $s.rogue() returns trigger language plpgsql as 'begin return new; end';
    create trigger rogue after insert on $s.customers for each row execute function $s.rogue();
    create table $s.extra (id int); alter table $s.tenants add extra int`);
  const left = [`live["column ${bundle.schema}.tenants extra"]`, `live["table ${bundle.schema}.extra"]`];
  expect((await bundle.refresh()).length).toBe(5);

  await bundle.up();

  expect(await bundle.refresh()).toEqual(left);
});

test("a file that changes grants of the same table does not adopt a rogue grant", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  await bundle.sql("grant delete on $s.tenants to authenticated");
  bundle.write({ "migrations/20260102000000_grant.sql": "grant insert on $s.tenants to authenticated;\n" });

  await bundle.up();

  expect(await bundle.refresh()).toEqual([`live["table ${bundle.schema}.tenants"].grants`]);
  bundle.inputs = { prune: "drop" };
  await bundle.up();
  expect(
    (
      await bundle.sql(
        "select has_table_privilege('authenticated', '$s.tenants', 'insert') as i, has_table_privilege('authenticated', '$s.tenants', 'delete') as d",
      )
    ).rows,
  ).toEqual([{ i: true, d: false }]);
});

test("objects outside of the bundle are not drift", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  await bundle.sql(`create schema $s_other; create table $s_other.t (id int); create policy p on $s_other.t using (true);
    create function public.$s_f() returns int language sql as 'select 1';
    create temp table scratch (id int); select nextval('$s.counter'); analyze $s.customers`);

  expect(await bundle.refresh()).toEqual([]);
});

test("a manual object belongs to the file that creates it afterwards", async () => {
  const bundle = await databases.bundle({ "migrations/20260101000000_s.sql": "create schema $s;\n" });
  await bundle.up();
  await bundle.sql("create function $s.g() returns int language sql as 'select 1'");
  bundle.write({
    "repeatable/g.sql": "create or replace function $s.g() returns int language sql as 'select 1';\n",
  });

  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  await bundle.sql("drop function $s.g()");
  expect(await bundle.refresh()).toEqual([`live["function ${bundle.schema}.g()"]`]);
});

test("a removed comment on a view's column is restored", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_s.sql":
      "create schema $s;\ncreate table $s.t (id int primary key, name text);\n",
    "migrations/20260102000000_x.sql":
      "create view $s.v as select id from $s.t;\ncomment on column $s.v.id is 'kept';\n",
  });
  await bundle.up();
  await bundle.sql("comment on column $s.v.id is null");
  expect(await bundle.refresh()).toEqual([`live["column ${bundle.schema}.v id"]`]);

  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
});
