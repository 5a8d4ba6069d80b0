import { afterAll, beforeAll, expect, test } from "vitest";
import { Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const base = {
  "migrations/20260101000000_tables.sql": `
create schema $s;
create table $s.customers (id bigint primary key, tenant_id bigint not null, email text);
alter table $s.customers enable row level security;
grant usage on schema $s to authenticated;
grant select on $s.customers to authenticated;
`,
};

const full = {
  ...base,
  "repeatable/functions/tenant.sql": `
create or replace function $s.tenant() returns bigint language sql stable as $$ select 1::bigint $$;
revoke all on function $s.tenant() from public;
grant execute on function $s.tenant() to authenticated;
`,
  "repeatable/policies/a_customers.sql": `
create policy own_rows on $s.customers for select to authenticated using (tenant_id = (select $s.tenant()));
`,
  "repeatable/views/a_emails.sql": `
create or replace view $s.emails with (security_invoker = true) as select id, email from $s.named;
`,
  "repeatable/views/named.sql": `
create or replace view $s.named as select id, email, tenant_id from $s.customers where tenant_id = $s.tenant();
`,
};

/** Returns the files that an up ran, with the reason. */
function ran(logs: readonly string[]): string[] {
  const block = logs.find((line) => line.startsWith("info: Applied:")) ?? "";
  return block
    .split("\n")
    .slice(1)
    .map((line) =>
      line
        .replace(/^.*?(migrations|repeatable)\//, "")
        .replace(/\s+/g, " ")
        .replace(/ \d+ ms$/, ""),
    );
}

test("a bundle is applied once, and a second up changes nothing", async () => {
  const bundle = await databases.bundle(full);

  await bundle.up();

  expect(await bundle.history()).toEqual(Object.keys(full).sort());
  expect(await bundle.refresh()).toEqual([]);
  expect(await bundle.up()).toBe(false);
});

test("if one function changes, it and its dependents run, and nothing else", async () => {
  const bundle = await databases.bundle({
    ...full,
    "repeatable/functions/other.sql":
      "create or replace function $s.other() returns int language sql as $$ select 1 $$;\n",
  });
  await bundle.up();
  bundle.logs = [];
  bundle.write({
    "repeatable/functions/tenant.sql": full["repeatable/functions/tenant.sql"].replace(
      "1::bigint",
      "2::bigint",
    ),
  });

  await bundle.up();

  expect(ran(bundle.logs)).toEqual([
    "functions/tenant.sql changed",
    "policies/a_customers.sql dependency: repeatable/functions/tenant.sql",
    "views/named.sql dependency: repeatable/functions/tenant.sql",
    "views/a_emails.sql dependency: repeatable/views/named.sql",
  ]);
  expect(await bundle.refresh()).toEqual([]);
});

test("with another return type, the function is recreated with all its dependents, of files and migrations", async () => {
  const bundle = await databases.bundle({
    ...full,
    "migrations/20260102000000_more.sql": `
create function $s.limit_of() returns int language sql immutable as 'select 5';
create policy of_a_migration on $s.customers for insert to authenticated with check (tenant_id < $s.limit_of());
comment on policy of_a_migration on $s.customers is 'kept';
`,
    "repeatable/functions/limit_of.sql":
      "create or replace function $s.limit_of() returns int language sql immutable as 'select 6';\n",
  });
  await bundle.up();
  bundle.write({
    "repeatable/functions/tenant.sql": full["repeatable/functions/tenant.sql"]
      .replaceAll("bigint", "int")
      .replace("select 1", "select 3"),
    "repeatable/functions/limit_of.sql":
      "create or replace function $s.limit_of() returns bigint language sql immutable as 'select 7::bigint';\n",
  });

  await bundle.up();

  expect(
    (
      await bundle.sql(
        "select polname, obj_description(oid) as comment from pg_policy where polrelid = '$s.customers'::regclass order by 1",
      )
    ).rows,
  ).toEqual([
    { polname: "of_a_migration", comment: "kept" },
    { polname: "own_rows", comment: null },
  ]);
  expect((await bundle.sql("select pg_get_function_result('$s.tenant()'::regprocedure) as r")).rows).toEqual([
    { r: "integer" },
  ]);
  expect(await bundle.refresh()).toEqual([]);
  expect(await bundle.up()).toBe(false);
});

test("a column is removed from a view that another view uses", async () => {
  const bundle = await databases.bundle(full);
  await bundle.up();
  await bundle.sql("grant select on $s.emails to anon");
  bundle.write({
    "repeatable/views/named.sql": "create or replace view $s.named as select id, email from $s.customers;\n",
  });

  await bundle.up();

  expect(
    (
      await bundle.sql(
        "select attname from pg_attribute where attrelid = '$s.named'::regclass order by attnum",
      )
    ).rows,
  ).toEqual([{ attname: "id" }, { attname: "email" }]);
});

test("an object that cannot be recreated is not dropped: the deployment is refused and names it", async () => {
  const bundle = await databases.bundle({
    ...base,
    "repeatable/type.sql": "create type $s.pair as (a int, b int);\n",
  });
  await bundle.up();
  await bundle.sql("create table $s.holder (id int, p $s.pair); insert into $s.holder values (1, row(1, 2))");
  bundle.write({ "repeatable/type.sql": "create type $s.pair as (a int, b int, c int);\n" });

  const failure = await failureOf(bundle.up());

  expect(failure).toMatch(/cannot be recreated:\s+column s\d+\.holder p/);
  expect((await bundle.sql("select (p).b as b from $s.holder")).rows).toEqual([{ b: 2 }]);
});

test("with another signature, the old function is dropped", async () => {
  const bundle = await databases.bundle({
    ...base,
    "repeatable/f.sql": "create or replace function $s.f(a int) returns int language sql as 'select 1';\n",
  });
  await bundle.up();
  bundle.write({
    "repeatable/f.sql":
      "create or replace function $s.f(a integer, b text default '') returns int language sql as 'select 2';\n",
  });

  await bundle.up();

  expect(
    (
      await bundle.sql(
        "select oid::regprocedure::text as f from pg_proc where pronamespace = '$s'::regnamespace",
      )
    ).rows,
  ).toEqual([{ f: `${bundle.schema}.f(integer,text)` }]);
  expect(await bundle.refresh()).toEqual([]);
});

test("removing a file drops its objects, unless something depends on them", async () => {
  const bundle = await databases.bundle(full);
  await bundle.up();
  await bundle.sql("create view $s.by_hand as select * from $s.emails");
  bundle.write({ "repeatable/views/a_emails.sql": undefined });

  const failure = await failureOf(bundle.up());
  expect(failure).toMatch(
    /view s\d+\.emails \(created by repeatable\/views\/a_emails\.sql\)\s+view s\d+\.by_hand depends on view s\d+\.emails/,
  );

  await bundle.sql("drop view $s.by_hand");
  bundle.write({ "repeatable/policies/a_customers.sql": undefined });
  await bundle.up();
  expect(
    (
      await bundle.sql(
        "select to_regclass('$s.emails') as v, (select count(*)::int from pg_policy where polrelid = '$s.customers'::regclass) as n",
      )
    ).rows,
  ).toEqual([{ v: null, n: 0 }]);
  expect(await bundle.refresh()).toEqual([]);
  expect(await bundle.history()).not.toContain("repeatable/views/a_emails.sql");
});

test("a renamed file keeps its object", async () => {
  const bundle = await databases.bundle(full);
  await bundle.up();
  const before = await bundle.sql("select '$s.tenant()'::regprocedure::oid as oid");
  bundle.logs = [];
  bundle.write({
    "repeatable/functions/tenant.sql": undefined,
    "repeatable/functions/current_tenant.sql": full["repeatable/functions/tenant.sql"],
  });

  await bundle.up();

  expect(ran(bundle.logs)).toEqual(["functions/current_tenant.sql renamed: repeatable/functions/tenant.sql"]);
  expect((await bundle.sql("select '$s.tenant()'::regprocedure::oid as oid")).rows).toEqual(before.rows);
  expect(await bundle.refresh()).toEqual([]);
});

test("a header orders files that the catalog cannot order", async () => {
  const bundle = await databases.bundle({
    ...base,
    "repeatable/a.sql": `-- depends on: repeatable/z.sql
do $$ begin perform $s.z(); end $$;
`,
    "repeatable/z.sql": "create or replace function $s.z() returns int language sql as 'select 1';\n",
  });
  await bundle.up();
  bundle.logs = [];
  bundle.write({
    "repeatable/z.sql": "create or replace function $s.z() returns int language sql as 'select 2';\n",
  });

  await bundle.up();

  expect(ran(bundle.logs)).toEqual(["z.sql changed", "a.sql dependency: repeatable/z.sql"]);
});

test("a view that a migration had to drop is recreated in the same deployment", async () => {
  const bundle = await databases.bundle(full);
  await bundle.up();
  bundle.write({
    "migrations/20260102000000_type.sql":
      "drop view if exists $s.named cascade; alter table $s.customers alter email type varchar(99);\n",
  });

  await bundle.up();

  expect((await bundle.sql("select to_regclass('$s.emails') is not null as v")).rows).toEqual([{ v: true }]);
  expect(await bundle.refresh()).toEqual([]);
});

test("if one repeatable fails, none is applied, and the first error is shown", async () => {
  const bundle = await databases.bundle({
    ...base,
    "repeatable/a.sql": "create or replace function $s.a() returns int language sql as 'select 1';\n",
    "repeatable/b.sql": "create or replace view $s.b as select missing from $s.customers;\n",
  });

  expect(await failureOf(bundle.up())).toMatch(/repeatable\/b\.sql:1:\d+: column "missing" does not exist/);
  expect((await bundle.sql("select to_regproc('$s.a') as a")).rows).toEqual([{ a: null }]);
  expect(await bundle.history()).toEqual([]);
});

test("repeatables with tables or objects without a schema are refused, and so are two files with the same object", async () => {
  const bundle = await databases.bundle({
    ...base,
    "repeatable/t.sql": "select 1;\ncreate table $s.x ();\n",
  });
  expect(await failureOf(bundle.up())).toMatch(/t\.sql:2:1: create table does not belong in a repeatable/);

  bundle.write({ "repeatable/t.sql": "create view x as select 1;\n" });
  expect(await failureOf(bundle.up())).toMatch(/t\.sql:1:1: view x has no schema/);

  bundle.write({
    "repeatable/t.sql": "create view $s.x as select 1 as a;\n",
    "repeatable/u.sql": "create view $s.x as select 1 as a;\n",
  });
  expect(await failureOf(bundle.up())).toMatch(/u\.sql and .*t\.sql both create view s\d+\.x/);
});

test("settings and role of a file do not affect later files", async () => {
  const bundle = await databases.bundle({
    ...base,
    "repeatable/a.sql": `set local role authenticated;
set local search_path = '';
select 1;
`,
    "repeatable/b.sql": "create or replace function $s.b() returns int language sql as 'select 1';\n",
  });

  await bundle.up();

  expect(
    (
      await bundle.sql(
        "select proowner::regrole::text as owner from pg_proc where oid = '$s.b()'::regprocedure",
      )
    ).rows,
  ).toEqual([{ owner: "postgres" }]);
});

test("a migration's view is recreated with all its properties when a function that it calls is recreated", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_s.sql":
      "create schema $s;\ncreate table $s.t (id int primary key, name text);\n",
    "migrations/20260102000000_x.sql": `create function $s.f() returns int language sql as 'select 1';
create view $s.v with (security_invoker = true) as select id, $s.f() as f from $s.t;
grant select on $s.v to authenticated;
comment on view $s.v is 'of the view';
comment on column $s.v.f is 'of the column';
alter view $s.v alter column id set default 7;
create view $s.w as select f from $s.v;
`,
    "repeatable/f.sql": "create or replace function $s.f() returns int language sql as 'select 2';\n",
  });
  await bundle.up();
  const described = () =>
    bundle.sql(`select c.relname, c.relacl::text, c.reloptions, obj_description(c.oid) as comment,
      col_description(c.oid, 2) as of_column, pg_get_expr(d.adbin, d.adrelid) as default
      from pg_class c left join pg_attrdef d on d.adrelid = c.oid
      where c.relnamespace = '$s'::regnamespace and c.relkind = 'v' order by 1`);
  const before = (await described()).rows;
  bundle.write({
    "repeatable/f.sql":
      "create or replace function $s.f() returns bigint language sql as 'select 3::bigint';\n",
  });

  await bundle.up();

  expect(before[0]).toMatchObject({ comment: "of the view", of_column: "of the column", default: "7" });
  expect((await described()).rows).toEqual(before);
  expect((await bundle.sql("select pg_typeof(f)::text as type from (select $s.f() as f) x")).rows).toEqual([
    { type: "bigint" },
  ]);
  expect(await bundle.refresh()).toEqual([]);
});
