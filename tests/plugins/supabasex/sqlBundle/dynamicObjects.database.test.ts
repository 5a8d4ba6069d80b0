import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { Databases, differencesFromEmpty, expectDeployed, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const block = "repeatable/z_block.sql";
const schema = `create schema $s;
create table $s.orders (id integer primary key, total integer);
create table $s.bills (id integer primary key, total integer);
create function $s.touch() returns trigger language plpgsql as 'begin return new; end';
`;
const view = "create or replace view $s.totals as select id, total from $s.orders;\n";
const helper = "create or replace function $s.one() returns integer language sql as $$ select 1 $$;\n";
const loop = (tables: string) => `do $$ declare name text; begin
  foreach name in array array[${tables}] loop
    execute format('drop policy if exists own on $s.%I', name);
    execute format('create policy own on $s.%I using (true)', name);
  end loop;
end $$;`;

/** Files and their changes: objects that dynamic SQL created, redefined or dropped must be as in a new environment. */
const cases: { name: string; files: Record<string, string>; change: Record<string, string | undefined> }[] = [
  {
    name: "a function that a block created: the file is removed",
    files: {
      [block]: `do $$ begin execute 'create or replace function $s.made() returns integer language sql as ''select 2'''; end $$;`,
    },
    change: { [block]: undefined },
  },
  {
    name: "a policy that a loop created: the loop leaves its table out",
    files: { [block]: loop("'orders', 'bills'") },
    change: { [block]: loop("'orders'") },
  },
  {
    name: "an index, a trigger, a view and a constraint: the file is removed",
    files: {
      [block]: `do $$ begin
  create index orders_total on $s.orders (total);
  create or replace trigger touch before update on $s.orders for each row execute function $s.touch();
  create or replace view $s.made as select id from $s.orders;
  alter table $s.orders add constraint positive check (total > 0);
end $$;`,
    },
    change: { [block]: undefined },
  },
  {
    name: "a function that another file's view uses: the block is edited",
    files: {
      "repeatable/a_block.sql": `do $$ begin execute 'create or replace function $s.made() returns integer language sql as ''select 2'''; end $$;`,
      "repeatable/view.sql": "create or replace view $s.v as select $s.made() as made;",
    },
    change: {
      "repeatable/a_block.sql": `do $$ begin execute 'create or replace function $s.made() returns integer language sql as ''select 3'''; end $$;`,
    },
  },
  {
    name: "a function that a file now declares",
    files: {
      [block]: `do $$ begin execute 'create or replace function $s.made() returns integer language sql as ''select 2'''; end $$;`,
    },
    change: {
      [block]: undefined,
      "repeatable/made.sql":
        "create or replace function $s.made() returns integer language sql as 'select 3';",
    },
  },
  {
    name: "another file's view that a block redefined",
    files: {
      "repeatable/view.sql": view,
      [block]:
        "do $$ begin create or replace view $s.totals as select id, total, 1 as one from $s.orders; end $$;",
    },
    change: { [block]: undefined },
  },
  {
    name: "another file's policy that a block dropped",
    files: {
      "repeatable/policy.sql": "create policy own on $s.orders using (true);",
      [block]: "do $$ begin drop policy if exists own on $s.orders; end $$;",
    },
    change: { [block]: undefined },
  },
  {
    name: "a setting of another file's function, by a plain statement",
    files: { "repeatable/one.sql": helper, [block]: "alter function $s.one() set search_path = '';" },
    change: { [block]: undefined },
  },
  {
    name: "an option of another file's view, by a plain statement",
    files: { "repeatable/view.sql": view, [block]: "alter view $s.totals set (security_invoker = true);" },
    change: { [block]: undefined },
  },
];

describe("objects of dynamic SQL in repeatables are as in a new environment", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ files, change }) => {
    const bundle = await databases.bundle({ [first]: schema, ...files }, { dryRun: "live" });
    await bundle.up();
    bundle.write(change);

    await expectDeployed(databases, bundle);
  });
});

describe("dynamic SQL of a repeatable cannot create objects that hold data, or that a deployment does not drop", () => {
  test.each([
    ["a column", "alter table $s.orders add column if not exists extra integer", "column $s.orders extra"],
    ["a table", "create table if not exists $s.made (id integer)", "table $s.made"],
    ["a sequence", "create sequence if not exists $s.made", "sequence $s.made"],
    ["a schema", "create schema if not exists $s_made", "schema $s_made"],
    [
      "an operator",
      "execute format('create operator %I.## (function = int4pl, leftarg = integer, rightarg = integer)', '$s')",
      "operator $s.##(integer,integer)",
    ],
  ])("%s", async (_what, statement, identity) => {
    const bundle = await databases.bundle({ [first]: schema }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [block]: `do $$ begin ${statement}; end $$;` });

    const preview = await failureOf(bundle.preview());
    const up = await failureOf(bundle.up());

    const named = identity.replaceAll("$s", bundle.schema);
    expect(preview).toContain(
      `A repeatable creates objects that would stay if the statement were removed:\n  ${named} (`,
    );
    expect(up).toBe(preview);
    expect(await bundle.history()).toEqual([first]);
  });

  test("negative control: it can create partitions, types and materialized views, and the latter two are dropped with it", async () => {
    const bundle = await databases.bundle(
      {
        [first]: `${schema}create table $s.events (id integer) partition by list (id);\n`,
        [block]: `do $$ begin
  create table $s.events_1 partition of $s.events for values in (1);
  create type $s.mood as enum ('good');
  create domain $s.code as text check (value <> '');
  create materialized view $s.sums as select sum(total) from $s.orders;
end $$;`,
      },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [block]: undefined });

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    const { rows } = await bundle.sql(
      "select to_regclass('$s.events_1') is null as partition, to_regtype('$s.mood') is null as enum, to_regtype('$s.code') is null as domain, to_regclass('$s.sums') is null as view",
    );
    expect(rows).toEqual([{ partition: false, enum: true, domain: true, view: true }]);
    expect(await bundle.refresh()).toEqual([]);
  });
});

test.each([
  ["the storage", "alter table $s.%I alter column note set storage external"],
  ["the comment", "comment on column $s.%I.note is ''of this month''"],
  ["a grant", "grant select (note) on $s.%I to service_role"],
])("a loop over partitions may set %s of a column", async (_, statement) => {
  const bundle = await databases.bundle(
    {
      [first]: `${schema}create table $s.events (id integer, note text) partition by list (id);
create table $s.events_1 partition of $s.events for values in (1);
`,
    },
    { dryRun: "live" },
  );
  await bundle.up();
  bundle.write({
    [block]: `do $$ declare name name; begin
  for name in select inhrelid::regclass::text::name from pg_inherits where inhparent = '$s.events'::regclass loop
    execute format('${statement}', split_part(name::text, '.', 2));
  end loop;
end $$;`,
  });

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
});

describe("a migration and objects that dynamic SQL of a repeatable created before", () => {
  const made = `do $$ begin
  if not exists (select from pg_constraint where conname = 'positive' and conrelid = '$s.orders'::regclass) then
    alter table $s.orders add constraint positive check (total > 0);
  end if;
  if to_regprocedure('$s.made()') is null then
    execute 'create function $s.made() returns integer language sql immutable as ''select 1''';
  end if;
end $$;`;
  const creates = "create function $s.made() returns integer language sql immutable as 'select 1';";

  test.each([
    ["a constraint", "alter table $s.orders add constraint positive check (total > 0);"],
    [
      "another constraint of that name, with a column",
      "alter table $s.orders add column note text, add constraint positive check (total > 1);",
    ],
    ["a function", creates],
    [
      "both, in a block",
      `do $$ begin\nalter table $s.orders add constraint positive check (total > 0);\n${creates}\nend $$;`,
    ],
  ])("the migration creates it: %s", async (_what, migration) => {
    const bundle = await databases.bundle({ [first]: schema, [block]: made }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ "migrations/20260102000000_next.sql": migration });

    await expectDeployed(databases, bundle);
    bundle.write({ [block]: undefined });
    await bundle.up();
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("the migration needs it: refused, because a new environment does not have it yet", async () => {
    const bundle = await databases.bundle({ [first]: schema, [block]: made }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ "migrations/20260102000000_next.sql": "create view $s.v as select $s.made() as made;" });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(
      /next\.sql:1:\d+: function \w+\.made\(\) does not exist[\s\S]*On a new environment it would fail like this/,
    );
    expect(preview).toContain(`function ${bundle.schema}.made() (${block})`);
    expect(await failureOf(bundle.up())).toBe(preview);
  });
});

test("negative control: other manual objects are kept", async () => {
  const bundle = await databases.bundle({ [first]: schema, [block]: loop("'orders'") });
  await bundle.up();
  await bundle.sql("create policy rogue on $s.bills using (true)");
  bundle.write({ [block]: undefined });

  await bundle.up();

  expect(
    (
      await bundle.sql(
        "select polname from pg_policy where polrelid in ('$s.orders'::regclass, '$s.bills'::regclass)",
      )
    ).rows,
  ).toEqual([{ polname: "rogue" }]);
});
