import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, differencesFromEmpty, failureOf } from "./support";

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

/** Files, and how they change: what dynamic SQL created, redefined or dropped must be as on a new environment. */
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
    name: "a function that a file declares from now on",
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

describe("what dynamic SQL of repeatables did is as on a new environment", () => {
  test.each(cases)("$name", async ({ files, change }) => {
    const bundle = await databases.bundle({ [first]: schema, ...files }, { dryRun: "live" });
    await bundle.up();
    bundle.write(change);

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });
});

test("negative control: a table that a block created stays, with its parts and rows", async () => {
  const bundle = await databases.bundle({
    [first]: schema,
    [block]:
      "do $$ begin create table if not exists $s.made (id integer); create index if not exists made_id on $s.made (id); end $$;",
  });
  await bundle.up();
  await bundle.sql("insert into $s.made values (1)");
  bundle.write({ [block]: undefined });

  await bundle.up();

  expect((await bundle.sql("select id from $s.made")).rows).toEqual([{ id: 1 }]);
  expect((await bundle.sql("select to_regclass('$s.made_id') is not null as there")).rows).toEqual([
    { there: true },
  ]);
});

test("negative control: what somebody made by hand beside it stays", async () => {
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
