import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { Databases, differencesFromEmpty, expectDeployed, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_first.sql":
    "create schema $s;\ncreate table $s.orders (id integer primary key, total integer);\n",
  "repeatable/f.sql":
    "create or replace function $s.next_total() returns integer language sql as $$ select 1 $$;\ncreate or replace function $s.twice(n integer) returns integer language sql immutable as $$ select 2 * n $$;\ncreate or replace procedure $s.tidy() language sql as $$ select 1 $$;\ncreate type $s.mood as enum ('good');\n",
  "repeatable/t.sql":
    "create or replace function $s.touch() returns trigger language plpgsql as $$ begin return new; end $$;\n",
  "repeatable/v.sql":
    "create or replace view $s.totals as select id, total from $s.orders;\ncreate policy own on $s.orders using (true);\n",
};
const next = "migrations/20260102000000_next.sql";

const refused = [
  {
    name: "a function in a default",
    migration: "create table $s.bills (id integer primary key,\n  total integer default $s.next_total());",
    message: /next\.sql:2:25: function \w+\.next_total\(\) does not exist/,
    makes: "function $s.next_total() (repeatable/f.sql)",
  },
  {
    name: "a trigger function",
    migration: "create trigger touch before update on $s.orders for each row execute function $s.touch();",
    message: /next\.sql:1:1: function \w+\.touch\(\) does not exist/,
    makes: "function $s.touch() (repeatable/t.sql)",
  },
  {
    name: "a function in a policy",
    migration: "create policy low on $s.orders using (total < $s.next_total());",
    message: /next\.sql:1:\d+: function \w+\.next_total\(\) does not exist/,
    makes: "function $s.next_total() (repeatable/f.sql)",
  },
  {
    name: "a view that it alters",
    migration: "select 1;\nalter view $s.totals set (security_invoker = true);",
    message: /next\.sql:2:1: relation "\w+\.totals" does not exist/,
    makes: "view $s.totals (repeatable/v.sql)",
  },
  {
    name: "a function that it grants",
    migration: "grant execute on function $s.next_total() to authenticated;",
    message: /next\.sql:1:1: function \w+\.next_total\(\) does not exist/,
    makes: "function $s.next_total() (repeatable/f.sql)",
  },
  {
    name: "a policy that it comments on",
    migration: "comment on policy own on $s.orders is 'Own.';",
    message: /next\.sql:1:1: policy "own" for table "orders" does not exist/,
    makes: "policy $s.orders own (repeatable/v.sql)",
  },
  {
    name: "a function in an index that is built concurrently",
    migration: "-- no transaction\ncreate index concurrently late on $s.orders ($s.twice(total));",
    message: /next\.sql:2:1: an object that this statement needs does not exist/,
    makes: "function $s.twice(integer) (repeatable/f.sql)",
  },
  {
    name: "a procedure that it calls outside a transaction",
    migration: "-- no transaction\ncall $s.tidy();",
    message: /next\.sql:2:1: an object that this statement needs does not exist/,
    makes: "procedure $s.tidy() (repeatable/f.sql)",
  },
  {
    name: "a type to which it adds a label",
    migration: "-- no transaction\nalter type $s.mood add value 'bad';",
    message: /next\.sql:2:1: type "\w+\.mood" does not exist/,
    makes: "type $s.mood (repeatable/f.sql)",
  },
];

describe("a migration that needs an object that only a repeatable creates is refused, in preview and up", () => {
  test.each(sliceOf(refused, 4))("$name", async ({ migration, message, makes }) => {
    const bundle = await databases.bundle(files, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [next]: migration });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(message);
    expect(preview).toContain(makes.replaceAll("$s", bundle.schema));
    expect(preview).toContain(
      "Move the statement to a repeatable, or create what it needs in an earlier migration",
    );
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).not.toContain(next);
    bundle.write({ [next]: undefined });
    expect(await bundle.up()).toBe(false);
  });
});

const accepted = [
  {
    name: "names it in a body that is only parsed",
    migration:
      "create function $s.later() returns integer language plpgsql as $$ begin return $s.next_total(); end $$;",
  },
  { name: "drops it if it exists", migration: "drop view if exists $s.totals;" },
  {
    name: "drops it if it exists, and changes what it depends on",
    migration: "drop view if exists $s.totals;\nalter table $s.orders alter total type bigint;",
  },
  {
    name: "drops it if it exists, with a column that it depends on",
    migration:
      "drop policy if exists own on $s.orders; drop view if exists $s.totals;\nalter table $s.orders rename total to sum;\nalter table $s.orders add total numeric;",
  },
  {
    name: "names it only in a comment, and runs outside a transaction",
    migration: "-- no transaction\n-- for $s.totals\ncreate index concurrently late on $s.orders (total);",
  },
  {
    name: "drops an index if it exists, outside a transaction",
    migration: "-- no transaction\ndrop index concurrently if exists $s.late;",
  },
  {
    name: "names a column with the same name",
    migration: "alter table $s.orders add column totals integer;",
  },
  {
    name: "first creates a table with the same name",
    migration:
      "create schema if not exists other_b; create table if not exists other_b.totals (id integer); comment on table other_b.totals is 'x';",
  },
];

describe("negative controls: it is applied when it", () => {
  test.each(accepted)("$name", async ({ migration }) => {
    const bundle = await databases.bundle(files, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [next]: migration });

    await expectDeployed(databases, bundle);
  });
});

describe("objects that a repeatable takes from a migration", () => {
  const migration = {
    "migrations/20260101000000_first.sql": `create schema $s;
create table $s.t (id integer primary key, n integer, note text);
create table $s.u (id integer primary key);
create index t_n on $s.t (n);
create policy own on $s.t using (true);
create function $s.is_open() returns boolean language sql as 'select true';
create policy open on $s.u using ($s.is_open());
create publication "all $s" for table $s.t;
`,
  };

  test.each([
    ["an index", "drop index if exists $s.t_n;", ["index $s.t_n"]],
    ["a policy, by a block", "do $$ begin drop policy if exists own on $s.t; end $$;", ["policy $s.t own"]],
    [
      "a column, and a rename",
      "alter table $s.t drop column if exists n; alter table $s.t rename note to text;",
      ["column $s.t n", "column $s.t note", "index $s.t_n"],
    ],
    [
      "a function with what depends on it",
      "drop function if exists $s.is_open() cascade;",
      ["function $s.is_open()", "policy $s.u open"],
    ],
    [
      "a table of a publication",
      'alter publication "all $s" set table $s.u;',
      ['publication table "all $s" $s.t'],
    ],
  ])("%s: refused in preview and up, because it would not be recreated", async (_name, statement, lost) => {
    const bundle = await databases.bundle(migration, { dryRun: "live" });
    await bundle.up();
    bundle.write({ "repeatable/z.sql": statement });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(/^A repeatable drops or renames objects of migrations/);
    for (const line of lost) expect(preview).toContain(`\n  ${line.replaceAll("$s", bundle.schema)}`);
    expect(preview.match(/^ {2}[a-z]/gm)).toHaveLength(lost.length);
    expect(await failureOf(bundle.up())).toBe(preview);
  });

  test("negative control: objects that it recreates, objects of repeatables, and manual objects", async () => {
    const bundle = await databases.bundle({
      ...migration,
      "repeatable/a.sql": "create policy another on $s.u using (true);",
    });
    await bundle.up();
    await bundle.sql("create policy rogue on $s.t using (true)");
    bundle.write({
      "repeatable/a.sql": "drop policy if exists another on $s.u;",
      "repeatable/z.sql":
        "drop policy if exists rogue on $s.t;\ndrop policy if exists own on $s.t;\ncreate policy own on $s.t using (n > 0);",
    });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });
});
