import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { Databases, differencesFromEmpty, expectDeployed, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const next = "migrations/20260102000000_next.sql";
const schema = `create schema $s;
create table $s.customers (id integer primary key, name text);
create table $s.products (id integer primary key);
create function $s.all_customers() returns setof $s.customers language sql as 'select * from $s.customers';
`;

/** A migration, and a repeatable whose result is different if it runs after that migration. */
const cases = [
  {
    name: "a column for a function that returns the table's rows",
    repeatable:
      "create or replace function $s.search() returns setof $s.customers language sql begin atomic; select c.* from $s.customers c; end;",
    migration: "alter table $s.customers add column points integer;",
    works: "select * from $s.search()",
  },
  {
    name: "a column for a view of all columns",
    repeatable: "create or replace view $s.v as select * from $s.customers;",
    migration: "alter table $s.customers add column points integer;",
    works: "select points from $s.v",
  },
  {
    name: "a column for a view of a migration's function that returns the table's rows",
    repeatable: "create or replace view $s.v as select * from $s.all_customers();",
    migration: "alter table $s.customers add column points integer;",
    works: "select points from $s.v",
  },
  {
    name: "a table for a block that goes through all tables",
    repeatable: `do $$ declare name text; begin
  for name in select relname from pg_class where relnamespace = '$s'::regnamespace and relkind = 'r' loop
    execute format('alter table $s.%I enable row level security', name);
  end loop;
end $$;`,
    migration: "create table $s.orders (id integer primary key);",
    works: "select 1 / relrowsecurity::int from pg_class where oid = '$s.orders'::regclass",
  },
  {
    name: "a table for a grant on all tables",
    repeatable: "grant select on all tables in schema $s to authenticated;",
    migration: "create table $s.orders (id integer primary key);",
    works: "select 1 / has_table_privilege('authenticated', '$s.orders', 'select')::int",
  },
  {
    name: "a comment that a migration changes and a repeatable states",
    repeatable: "comment on table $s.customers is 'Customers.';",
    migration: "comment on table $s.customers is 'Clients.';",
    works: "select 1 / (obj_description('$s.customers'::regclass) = 'Customers.')::int",
  },
];

describe("repeatables run again after a migration changes an object that they depend on", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ repeatable, migration, works }) => {
    const bundle = await databases.bundle(
      { [first]: schema, "repeatable/r.sql": repeatable },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [next]: migration });

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    expect(bundle.logs.join("\n")).toMatch(/repeatable\/r\.sql +affected: /);
    await bundle.up();

    await bundle.sql(works);
    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });
});

/** A migration after which a repeatable fails. */
const broken = [
  {
    name: "drops the table of a policy",
    repeatable: "create policy p on $s.products using (true);",
    migration: "drop table $s.products;",
    message: /repeatable\/r\.sql:1:1: relation "\w+\.products" does not exist/,
  },
  {
    name: "renames the table that a view and a policy name",
    repeatable:
      "create or replace view $s.v as select id from $s.products;\ncreate policy p on $s.products using (true);",
    migration: "alter table $s.products rename to articles;",
    message: /repeatable\/r\.sql:\d:\d+: relation "\w+\.products" does not exist/,
  },
  {
    name: "drops a column that a view shows",
    repeatable: "create or replace view $s.v as select id, name from $s.customers;",
    migration: "drop view $s.v; alter table $s.customers drop column name;",
    message: /repeatable\/r\.sql:1:\d+: column "name" does not exist/,
  },
  {
    name: "moves the table to another schema",
    repeatable: "grant select on $s.products to authenticated;",
    migration: "create schema $s_other; alter table $s.products set schema $s_other;",
    message: /repeatable\/r\.sql:1:1: relation "\w+\.products" does not exist/,
  },
];

describe("if a migration drops an object that a repeatable needs, preview and up fail and nothing is changed", () => {
  test.each(broken)("$name", async ({ repeatable, migration, message }) => {
    const bundle = await databases.bundle(
      { [first]: schema, "repeatable/r.sql": repeatable },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [next]: migration });

    expect(await failureOf(bundle.preview())).toMatch(message);
    expect(await failureOf(bundle.up())).toMatch(message);
    expect(await failureOf(bundle.up())).toMatch(message);

    expect(await bundle.history()).not.toContain(next);
    bundle.write({ [next]: undefined });
    expect(await bundle.up()).toBe(false);
  });
});

test("if a later migration fails, the repeatables of the committed one run in the next deployment", async () => {
  const bundle = await databases.bundle({
    [first]: schema,
    "repeatable/v.sql": "create or replace view $s.v as select * from $s.customers;",
  });
  await bundle.up();
  bundle.write({
    [next]: "alter table $s.customers add column points integer;",
    "migrations/20260103000000_broken.sql": "select nothing;",
  });
  await failureOf(bundle.up());
  expect(await bundle.history()).toContain(next);

  bundle.write({ "migrations/20260103000000_broken.sql": "select 1;" });
  await bundle.up();

  await bundle.sql("select points from $s.v");
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
});

test("negative control: a migration of another table runs no repeatable again", async () => {
  const bundle = await databases.bundle({
    [first]: schema,
    "repeatable/v.sql": "create or replace view $s.v as select * from $s.customers;",
  });
  await bundle.up();
  bundle.logs = [];
  bundle.write({ [next]: "alter table $s.products add column price integer;" });

  await bundle.up();

  expect(bundle.logs.join("\n")).not.toContain("repeatable/v.sql");
});

const mood =
  "create type $s.mood as enum ('good'); create table $s.days (id integer primary key, mood $s.mood);";

describe("preview and up agree about a new enum value that is used before it is committed", () => {
  test("in a view of a repeatable", async () => {
    const bundle = await databases.bundle({ [first]: schema + mood }, { dryRun: "live" });
    await bundle.up();
    bundle.write({
      [next]: "alter type $s.mood add value 'sad';",
      "repeatable/sad.sql": "create or replace view $s.sad as select id from $s.days where mood = 'sad';",
      "repeatable/sadder.sql": "create or replace view $s.sadder as select id from $s.sad;",
    });

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    expect(bundle.logs.join("\n")).toMatch(
      /sad\.sql.*not in the dry run, because it needs what an earlier file/,
    );
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("in a table that a later migration alters", async () => {
    const bundle = await databases.bundle({ [first]: schema + mood }, { dryRun: "live" });
    await bundle.up();
    bundle.write({
      [next]: "alter type $s.mood add value 'sad';",
      "migrations/20260103000000_table.sql":
        "create table $s.nights (id integer, mood $s.mood default 'sad');",
      "migrations/20260104000000_alter.sql": "alter table $s.nights add column note text;",
    });

    await expectDeployed(databases, bundle);
  });

  test("negative control: a file with an unrelated error fails the preview", async () => {
    const bundle = await databases.bundle({ [first]: schema + mood }, { dryRun: "live" });
    await bundle.up();
    bundle.write({
      [next]: "alter type $s.mood add value 'sad';",
      "repeatable/sad.sql": "create or replace view $s.sad as select id from $s.days where mood = 'sad';",
      "repeatable/wrong.sql": "create or replace view $s.wrong as select id from $s.nowhere;",
    });

    expect(await failureOf(bundle.preview())).toMatch(
      /wrong\.sql:1:\d+: relation "\w+\.nowhere" does not exist/,
    );
    expect(await failureOf(bundle.up())).toMatch(/wrong\.sql:1:\d+: relation "\w+\.nowhere" does not exist/);
  });
});

describe("drift that no deployment can repair stops both preview and up", () => {
  test("the labels of an enum", async () => {
    const bundle = await databases.bundle({ [first]: schema + mood }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql("alter type $s.mood add value 'sad'");
    bundle.write({ "repeatable/v.sql": "create or replace view $s.v as select id from $s.customers;" });
    await bundle.refresh();

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(/type \w+\.mood: labels is/);
    expect(await failureOf(bundle.up())).toBe(preview);
  });

  test("a missing table", async () => {
    const bundle = await databases.bundle({ [first]: schema + mood }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql("drop table $s.products");
    await bundle.refresh();

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(/table \w+\.products: it was dropped with its rows: restore it from a backup/);
    expect(await failureOf(bundle.up())).toBe(preview);
  });
});

test("the preview reports the same version as the deployment, including files that the dry run skips", async () => {
  const bundle = await databases.bundle({ [first]: schema }, { dryRun: "live" });
  await bundle.up();
  bundle.write({
    "migrations/20260105000000_index.sql":
      "-- no transaction\ncreate index concurrently c on $s.customers (name);",
  });

  const previewed = (await bundle.preview()).version;
  await bundle.up();

  expect(previewed).toBe("20260105000000");
  expect(bundle.state?.outputs.version).toBe("20260105000000");
});
