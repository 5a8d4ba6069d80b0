import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, expectDeployed, failureOf, firstFile, nextFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

/** Returns a block that creates a policy and enables row-level security on the tables of a query. */
function policyOn(tables: string): string {
  return `do $$ declare t regclass; begin
  for t in ${tables} loop
    execute format('drop policy if exists own on %s', t);
    execute format('create policy own on %s using (true)', t);
    execute format('alter table %s enable row level security', t);
  end loop;
end $$;`;
}

const onPartitions = policyOn(
  "select inhrelid::regclass from pg_inherits where inhparent = '$s.events'::regclass",
);
const onTenantTables = policyOn(
  "select attrelid::regclass from pg_attribute join pg_class c on c.oid = attrelid where attname = 'tenant' and not attisdropped and relkind = 'r' and relnamespace = '$s'::regnamespace",
);
const viewPerTable = `do $$ declare t text; begin
  for t in select relname from pg_class where relnamespace = '$s'::regnamespace and relkind = 'r' loop
    execute format('create or replace view $s.%I as select id from $s.%I', 'all_' || t, t);
  end loop;
end $$;`;

describe("unchanged repeatables have the same effect on a table that a migration changed as on an empty database", () => {
  const partitioned = `create schema $s;
create table $s.events (id integer) partition by list (id);
create table $s.one partition of $s.events for values in (1);
create table $s.two partition of $s.events for values in (2);`;
  const tables =
    "create schema $s; create table $s.a (id integer, tenant integer); create table $s.b (id integer, tenant integer);";

  test.each([
    {
      name: "a detached partition has no policy of a loop over partitions",
      first: partitioned,
      repeatable: onPartitions,
      next: "alter table $s.events detach partition $s.one;",
    },
    {
      name: "an attached partition has one",
      first: `${partitioned} create table $s.three (id integer);`,
      repeatable: onPartitions,
      next: "alter table $s.events attach partition $s.three for values in (3);",
    },
    {
      name: "a table has no policy and no row-level security of a loop that does not find its renamed column",
      first: tables,
      repeatable: onTenantTables,
      next: "alter table $s.a rename tenant to owner;",
    },
    {
      name: "a renamed table has no view of a loop with its former name",
      first: tables,
      repeatable: viewPerTable,
      next: "alter table $s.a rename to c;",
    },
    {
      name: "an owner that a plain statement sets is kept, also of an identity column's sequence",
      first:
        "create schema $s; create table $s.a (id bigint generated always as identity); grant create on schema $s to service_role;",
      repeatable: "alter table $s.a owner to service_role;",
      next: "alter table $s.a add column n integer;",
    },
    {
      name: "negative control: an added column changes nothing about policies, views and grants",
      first: tables,
      repeatable: `${onTenantTables}\n${viewPerTable}\ngrant select on all tables in schema $s to authenticated;`,
      next: "alter table $s.a add column n integer;",
    },
  ])("$name", async ({ first, repeatable, next }) => {
    const bundle = await databases.bundle(
      { [firstFile]: first, "repeatable/all.sql": repeatable },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [nextFile]: next });

    await expectDeployed(databases, bundle);
  });

  test("it is named", async () => {
    const bundle = await databases.bundle(
      { [firstFile]: partitioned, "repeatable/all.sql": onPartitions },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [nextFile]: "alter table $s.events detach partition $s.one;" });
    bundle.logs = [];

    await bundle.up();

    expect(bundle.logs).toContain(
      `info: Reverted, because no file states it any more:\n  policy ${bundle.schema}.one own\n  table ${bundle.schema}.one: rowSecurity`,
    );
  });
});

test("a migration's view that a rebuild recreates has the grants that the file's statements on all tables leave", async () => {
  const bundle = await databases.bundle(
    {
      [firstFile]:
        "create schema $s; create function $s.rate() returns integer language sql as 'select 1'; create view $s.rates as select $s.rate() as rate; grant select on $s.rates to anon, authenticated;",
      "repeatable/rate.sql":
        "create or replace function $s.rate() returns integer language sql as 'select 2';",
    },
    { dryRun: "live" },
  );
  await bundle.up();
  bundle.write({
    "repeatable/rate.sql":
      "create or replace function $s.rate() returns bigint language sql as 'select 2::bigint';\nrevoke all on all tables in schema $s from anon;\ngrant select on all tables in schema $s to service_role;",
  });

  await expectDeployed(databases, bundle);

  const { rows } = await bundle.sql(
    "select role from unnest('{anon,authenticated,service_role}'::text[]) as role where has_table_privilege(role, '$s.rates', 'select')",
  );
  expect(rows).toEqual([{ role: "authenticated" }, { role: "service_role" }]);
});

describe("a migration uses the name of an object that a repeatable created", () => {
  const table = "create schema $s; create table $s.t (id integer, n integer);";
  const view = "create or replace view $s.v as select id from $s.t;";

  test.each([
    ["a table, of a removed view", view, "create table $s.v (id integer);", undefined],
    ["a view, of a removed one", view, "create view $s.v as select n from $s.t;", undefined],
    [
      "a table, of a view whose file creates another one now",
      view,
      "create table $s.v (id integer);",
      "create or replace view $s.w as select id from $s.v;",
    ],
    ["a sequence without a schema", view, "set search_path = $s; create sequence v;", undefined],
    [
      "a function with another result",
      "create or replace function $s.f() returns integer language sql as 'select 1';",
      "create function $s.f() returns text language sql as 'select 1::text';",
      undefined,
    ],
    [
      "a policy with another condition",
      "create policy own on $s.t using (true);",
      "create policy own on $s.t using (n > 0);",
      undefined,
    ],
    [
      "a trigger and a type of another kind",
      "create type $s.kind as (a integer);\ncreate trigger same before update on $s.t for each row execute function suppress_redundant_updates_trigger();",
      "create type $s.kind as enum ('x'); create trigger same before insert on $s.t for each row execute function suppress_redundant_updates_trigger();",
      undefined,
    ],
  ])("%s", async (_name, repeatable, next, then) => {
    const bundle = await databases.bundle(
      { [firstFile]: table, "repeatable/r.sql": repeatable },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [nextFile]: next, "repeatable/r.sql": then });

    await expectDeployed(databases, bundle);
  });

  test("negative control: the name of an object that a repeatable still creates is refused", async () => {
    const bundle = await databases.bundle(
      { [firstFile]: table, "repeatable/r.sql": view },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [nextFile]: "create table $s.v (id integer);" });

    const preview = await failureOf(bundle.preview());

    expect(preview).toContain('relation "v" already exists (42P07)');
    expect(await failureOf(bundle.up())).toBe(preview);
  });

  test("negative control: it stays if something manual depends on it, and nothing is changed", async () => {
    const bundle = await databases.bundle(
      { [firstFile]: table, "repeatable/r.sql": view },
      { dryRun: "live" },
    );
    await bundle.up();
    await bundle.sql("create view $s.manual as select id from $s.v");
    bundle.write({ [nextFile]: "create table $s.v (id integer);", "repeatable/r.sql": undefined });
    await bundle.refresh();

    const preview = await failureOf(bundle.preview());

    expect(preview).toContain(
      `cannot drop view ${bundle.schema}.v because other objects depend on it (2BP01)`,
    );
    expect(preview).toContain(`detail: view ${bundle.schema}.manual depends on view ${bundle.schema}.v`);
    expect(await failureOf(bundle.up())).toBe(preview);
    expect((await bundle.sql("select to_regclass('$s.manual') is not null as ok")).rows).toEqual([
      { ok: true },
    ]);
  });
});

describe("the refusal of a migration because of a repeatable's object names the repeatable", () => {
  const first = `create schema $s; create schema "$s other"; create type $s.mood as enum ('good');
create table $s.t (id integer, n integer);
create function $s.helper() returns boolean language sql as 'select true';`;

  test.each([
    {
      name: "a type of an argument",
      repeatable: "create or replace function $s.f(m $s.mood) returns integer language sql as 'select 1';",
      next: "drop type $s.mood;",
      made: "function $s.f($s.mood)",
    },
    {
      name: "a column of a view, whose type changes",
      repeatable: "create or replace view $s.v as select id, n from $s.t;",
      next: "alter table $s.t alter column n type bigint;",
      made: "view $s.v",
    },
    {
      name: "a view with a quoted name, and not the one with its name in another schema",
      repeatable:
        'create or replace view $s."Order. Items" as select n from $s.t; create or replace view "$s other"."Order. Items" as select 1 as n;',
      next: "alter table $s.t alter column n type bigint;",
      made: 'view $s."Order. Items"',
    },
    {
      name: "a function with several arguments",
      repeatable:
        "create or replace function $s.f(m $s.mood, n integer) returns integer language sql as 'select 1';",
      next: "drop type $s.mood;",
      made: "function $s.f($s.mood, integer)",
    },
    {
      name: "a function of a policy, in a block",
      repeatable: "create policy own on $s.t using ($s.helper());",
      next: "do $$ begin drop function $s.helper(); end $$;",
      made: "policy $s.t own",
    },
  ])("$name", async ({ repeatable, next, made }) => {
    const bundle = await databases.bundle(
      { [firstFile]: first, "repeatable/r.sql": repeatable },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [nextFile]: next });

    const preview = await failureOf(bundle.preview());

    expect(preview).toContain(
      `hint: Repeatables created objects that depend on it: ${made.replaceAll("$s", bundle.schema)} (repeatable/r.sql). Drop these first in this migration (drop … if exists); the repeatables create them again afterwards.`,
    );
    expect(await failureOf(bundle.up())).toBe(preview);
  });

  test("negative control: the refusal because of a migration's object has the server's hint", async () => {
    const bundle = await databases.bundle(
      { [firstFile]: `${first} create policy own on $s.t using ($s.helper());` },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [nextFile]: "drop function $s.helper();" });

    expect(await failureOf(bundle.preview())).toContain(
      "hint: Use DROP ... CASCADE to drop the dependent objects too.",
    );
  });

  test("the advice works", async () => {
    const bundle = await databases.bundle(
      {
        [firstFile]: first,
        "repeatable/r.sql": "create or replace view $s.v as select id, n from $s.t;",
      },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({
      [nextFile]: "drop view if exists $s.v; alter table $s.t alter column n type bigint;",
    });

    await expectDeployed(databases, bundle);
  });
});
