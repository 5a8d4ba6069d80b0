import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BundleUnderTest } from "./bundleUnderTest";
import { agreed, Databases, deployChanges, differencesFromEmpty, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const next = "migrations/20260102000000_next.sql";
const schema = `create schema $s;
create table $s.customers (id integer primary key, name text, city text);
create index customers_name on $s.customers (name);
`;

describe("a migration whose skipped statement finds a different object is refused, in preview and up", () => {
  const cases: { name: string; statement: string; message: string }[] = [
    {
      name: "an index with another column",
      statement: "create index if not exists customers_name on $s.customers (city);",
      message: "index $s.customers_name already exists with another definition",
    },
    {
      name: "an index that must be unique",
      statement: "create unique index if not exists customers_name on $s.customers (name);",
      message: "index $s.customers_name already exists with another definition",
    },
    {
      name: "an index with a condition, after another statement",
      statement:
        "select 1;\ncreate index if not exists customers_name on $s.customers (name) where city is not null;",
      message: "index $s.customers_name already exists with another definition",
    },
    {
      name: "a table that lacks a column",
      statement: "create table if not exists $s.customers (id integer primary key, phone text);",
      message: "table $s.customers already exists and differs from this statement: it has no column phone",
    },
    {
      name: "a table with a column of another type",
      statement: "create table if not exists $s.customers (id bigint, name text);",
      message:
        "table $s.customers already exists and differs from this statement: its column id is of type integer, not bigint",
    },
    {
      name: "a column of another type",
      statement: "alter table if exists $s.customers add column if not exists city integer default 1;",
      message:
        "table $s.customers already exists and differs from this statement: its column city is of type text, not integer",
    },
  ];

  test.each(cases)("$name", async ({ statement, message }) => {
    const bundle = await databases.bundle({ [first]: schema }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [next]: statement });

    const preview = await failureOf(bundle.preview());
    const up = await failureOf(bundle.up());

    expect(preview).toContain(message.replaceAll("$s", bundle.schema));
    expect(up).toBe(preview);
    expect(await bundle.history()).toEqual([first]);
  });

  test("also in the first deployment", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      [next]: "create index if not exists customers_name on $s.customers (city);",
    });

    expect(await failureOf(bundle.up())).toContain("already exists with another definition");
  });

  const passing: { name: string; statement: string }[] = [
    {
      name: "the same index",
      statement: "create index if not exists customers_name on $s.customers (name);",
    },
    {
      name: "a table with additional columns",
      statement: "create table if not exists $s.customers (id integer primary key, name text);",
    },
    { name: "the same column", statement: "alter table $s.customers add column if not exists city text;" },
    {
      name: "an index that a later statement recreates with the same definition",
      statement:
        "create index if not exists customers_name on $s.customers (city);\ndrop index $s.customers_name;\ncreate index customers_name on $s.customers (city);",
    },
  ];

  test.each(passing)("negative control: $name", async ({ statement }) => {
    const bundle = await databases.bundle({ [first]: schema, [next]: statement });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
  });
});

describe("a manual object is replaced by the file's", () => {
  test("an index with other columns", async () => {
    const bundle = await databases.bundle({ [first]: schema });
    await bundle.up();
    await bundle.sql("create index customers_city on $s.customers (name, city)");
    bundle.write({ [next]: "create index if not exists customers_city on $s.customers (city);" });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("a table that lacks a column stops the deployment, with the column's name", async () => {
    const bundle = await databases.bundle({ [first]: schema });
    await bundle.up();
    await bundle.sql("create table $s.orders (id integer)");
    bundle.write({ [next]: "create table if not exists $s.orders (id integer, total integer);" });

    const refusal = await failureOf(bundle.up());

    expect(refusal).toContain("Manual changes in the database cannot be repaired automatically");
    expect(refusal).toContain(`column ${bundle.schema}.orders total`);
    await bundle.sql("drop table $s.orders");
  });
});

describe("a repeatable uses if not exists, and its definition changes", () => {
  test.each([
    [
      "an index",
      "create index if not exists customers_city on $s.customers (city);",
      "create index if not exists customers_city on $s.customers (city, name);",
    ],
    [
      "a materialized view",
      "create materialized view if not exists $s.m as select id from $s.customers;",
      "create materialized view if not exists $s.m as select id, name from $s.customers;",
    ],
  ])("%s", async (_name, before, after) => {
    const bundle = await databases.bundle({ [first]: schema, "repeatable/object.sql": before });
    await bundle.up();
    bundle.write({ "repeatable/object.sql": after });

    await bundle.preview();
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  describe("a materialized view with dependent objects", () => {
    const first = {
      "migrations/20260101000000_first.sql": schema,
      "repeatable/a_view.sql": "create materialized view if not exists $s.m as select id from $s.customers;",
      "repeatable/b_dependent.sql": `create or replace view $s.v as select * from $s.m;
create or replace function $s.ids() returns setof $s.m language sql as 'select * from $s.m';`,
      "repeatable/c_index.sql": "create unique index if not exists m_id on $s.m (id);",
    };
    const oidOf = async (bundle: BundleUnderTest) =>
      (await bundle.sql("select '$s.m'::regclass::oid as oid")).rows;

    test.each([
      ["another column", "create materialized view if not exists $s.m as select id, name from $s.customers;"],
      [
        "another condition",
        "create materialized view if not exists $s.m as select id from $s.customers where id > 3;",
      ],
      [
        "names of columns, and no data",
        "create materialized view if not exists $s.m (id, label) as select id, city from $s.customers with no data;",
      ],
      [
        "options",
        "create materialized view if not exists $s.m with (fillfactor = 70) as select id from $s.customers;",
      ],
    ])("is replaced with them: %s", async (_name, after) => {
      const bundle = await databases.bundle(first);
      await bundle.up();
      const before = await oidOf(bundle);
      bundle.write({ "repeatable/a_view.sql": after });

      const result = await deployChanges(databases, bundle);

      expect(result).toEqual(agreed);
      expect(await oidOf(bundle)).not.toEqual(before);
    });

    test("is replaced with them if it has options that the file no longer states", async () => {
      const bundle = await databases.bundle({
        ...first,
        "repeatable/a_view.sql":
          "create materialized view if not exists $s.m with (fillfactor = 70) as select id from $s.customers;",
      });
      await bundle.up();
      bundle.write({
        "repeatable/a_view.sql":
          "create materialized view if not exists $s.m as select id, city from $s.customers;",
      });

      expect(await deployChanges(databases, bundle)).toEqual(agreed);
    });

    test("negative control: stays if only its comments or its format change", async () => {
      const bundle = await databases.bundle(first);
      await bundle.up();
      const before = await oidOf(bundle);
      bundle.write({
        "repeatable/a_view.sql": `create materialized view if not exists $s.m
as -- the ids
  select id from $s.customers
with data;`,
      });

      const result = await deployChanges(databases, bundle);

      expect(result).toEqual(agreed);
      expect(await oidOf(bundle)).toEqual(before);
    });
  });

  test("negative control: an index with the same definition is not built again", async () => {
    const index = "create index if not exists customers_city on $s.customers (city);";
    const bundle = await databases.bundle({ [first]: schema, "repeatable/object.sql": index });
    await bundle.up();
    const oid = async () => (await bundle.sql("select '$s.customers_city'::regclass::oid as oid")).rows;
    const before = await oid();
    bundle.write({ "repeatable/object.sql": `-- again\n${index}` });

    await bundle.up();

    expect(await oid()).toEqual(before);
  });
});
