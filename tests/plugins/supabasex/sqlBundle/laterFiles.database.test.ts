import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, differencesFromEmpty, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const schema = `create schema $s;
grant create, usage on schema $s to service_role;
create table $s.customers (id integer primary key, name text);
create table $s.orders (id integer primary key);
create function $s.total(x integer) returns integer language sql as $$ select x $$;
`;
const earlier = "repeatable/a.sql";
const later = "repeatable/b.sql";

/** Deploys again, and expects the result of an empty database and a second deployment that has nothing to do. */
async function endsAsOnAnEmptyDatabase(bundle: BundleUnderTest): Promise<void> {
  await bundle.preview();
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
}

describe("if two files state opposite things about one object and the first changes, the last still wins", () => {
  const pairs: { name: string; says: string; opposite: string }[] = [
    {
      name: "a grant",
      says: "grant select on $s.customers to authenticated;",
      opposite: "revoke select on $s.customers from authenticated;",
    },
    {
      name: "a grant on a column",
      says: "grant select (name) on $s.customers to authenticated;",
      opposite: "revoke select (name) on $s.customers from authenticated;",
    },
    {
      name: "a grant on all tables of the schema",
      says: "grant select on $s.customers to authenticated;",
      opposite: "revoke select on all tables in schema $s from authenticated;",
    },
    {
      name: "a grant on the schema",
      says: "grant usage on schema $s to authenticated;",
      opposite: "revoke usage on schema $s from authenticated;",
    },
    {
      name: "a comment",
      says: "comment on table $s.customers is 'One.';",
      opposite: "comment on table $s.customers is null;",
    },
    {
      name: "an owner",
      says: "alter table $s.customers owner to service_role;",
      opposite: "alter table $s.customers owner to postgres;",
    },
    {
      name: "row security",
      says: "alter table $s.customers enable row level security;",
      opposite: "alter table $s.customers disable row level security;",
    },
    {
      name: "row security in a loop",
      says: "alter table $s.customers enable row level security;",
      opposite:
        "do $$ declare name text; begin foreach name in array array['customers', 'orders'] loop execute format('alter table $s.%I disable row level security', name); end loop; end $$;",
    },
    {
      name: "a loop that runs first",
      says: "do $$ begin execute 'alter table $s.customers enable row level security'; end $$;",
      opposite: "alter table $s.customers disable row level security;",
    },
    {
      name: "a setting of a function",
      says: "alter function $s.total(integer) set search_path to pg_catalog;",
      opposite: "alter function $s.total(integer) reset search_path;",
    },
    {
      name: "a column's default",
      says: "alter table $s.customers alter column name set default 'x';",
      opposite: "alter table $s.customers alter column name drop default;",
    },
    {
      name: "a storage option",
      says: "alter table $s.customers set (fillfactor = 70);",
      opposite: "alter table $s.customers set (fillfactor = 80);",
    },
  ];

  test.each(sliceOf(pairs, 4))("$name", async ({ says, opposite }) => {
    const bundle = await databases.bundle({ [first]: schema, [earlier]: says, [later]: opposite });
    await bundle.up();
    bundle.write({ [earlier]: `-- again\n${says}` });

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("the earlier file is new", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      [later]: "revoke all on function $s.total(integer) from public;",
    });
    await bundle.up();
    bundle.write({ [earlier]: "grant execute on function $s.total(integer) to public;" });

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("negative control: a file that states something else does not run again", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      [earlier]: "grant select on $s.customers to authenticated;",
      [later]: "grant select on $s.orders to authenticated;",
      "repeatable/c.sql": "revoke select on $s.customers from anon;",
      "repeatable/d.sql": "comment on table $s.customers is 'Customers.';",
    });
    await bundle.up();
    bundle.logs = [];
    bundle.write({ [earlier]: "-- again\ngrant select on $s.customers to authenticated;" });

    await bundle.up();

    expect(bundle.logs.join("\n")).toMatch(/repeatable\/a\.sql +changed/);
    expect(bundle.logs.join("\n")).not.toMatch(/repeatable\/[bcd]\.sql/);
  });
});

describe("a file that creates an object runs again, and a later file alters the object", () => {
  test("create or replace removes a view's options", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      [earlier]: "create or replace view $s.v as select id from $s.customers;",
      [later]: "alter view $s.v set (security_invoker = true);",
    });
    await bundle.up();
    await bundle.sql("comment on view $s.v is 'By hand.'");

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("a function's settings, after the function was changed manually", async () => {
    const helper = "create or replace function $s.helper() returns integer language sql as $$ select 1 $$;";
    const bundle = await databases.bundle({
      [first]: schema,
      [earlier]: helper,
      [later]: "alter function $s.helper() set search_path to pg_catalog;",
    });
    await bundle.up();
    await bundle.sql(helper.replace("select 1", "select 2"));

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("a file that grants on all tables grants on a new view, regardless of the order of file names", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      [earlier]: "grant select on all tables in schema $s to authenticated;",
    });
    await bundle.up();
    bundle.write({ [later]: "create or replace view $s.v as select id from $s.customers;" });

    await endsAsOnAnEmptyDatabase(bundle);

    const { rows } = await bundle.sql("select has_table_privilege('authenticated', '$s.v', 'select') as api");
    expect(rows).toEqual([{ api: true }]);
  });

  test("a loop in a later file grants on a new view", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      [later]:
        "do $$ declare name text; begin for name in select viewname from pg_views where schemaname = '$s' loop execute format('grant select on $s.%I to authenticated', name); end loop; end $$;",
    });
    await bundle.up();
    bundle.write({ [earlier]: "create or replace view $s.v as select id from $s.customers;" });

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("a view is recreated because its function changed after it had run", async () => {
    const helper = (argument: string) =>
      `create or replace function $s.helper(${argument} integer) returns integer language sql as $$ select 1 $$;`;
    const bundle = await databases.bundle({
      [first]: schema,
      "repeatable/facts.sql": "grant insert on $s.v to service_role;\nrevoke select on $s.v from anon;",
      "repeatable/helper.sql": helper("x"),
      "repeatable/v.sql":
        "create or replace view $s.v as select id from $s.customers;\ngrant select on $s.v to authenticated, anon;",
    });
    await bundle.up();
    bundle.write({
      "repeatable/helper.sql": helper("y"),
      "repeatable/v.sql":
        "create or replace view $s.v as select id, $s.helper(id) * 2.5 as h from $s.customers;\ngrant select on $s.v to authenticated, anon;",
    });
    await endsAsOnAnEmptyDatabase(bundle);
    bundle.write({ "repeatable/helper.sql": helper("z") });

    await endsAsOnAnEmptyDatabase(bundle);
  });
});

test("a file that alters a view whose file is removed is refused, as in a new environment", async () => {
  const bundle = await databases.bundle({
    [first]: schema,
    [earlier]: "create or replace view $s.v as select id from $s.customers;",
    [later]: "grant select on $s.v to authenticated;",
  });
  await bundle.up();
  bundle.write({ [earlier]: undefined });

  const refusal = `relation "${bundle.schema}.v" does not exist (42P01)`;
  expect(await failureOf(bundle.up())).toContain(refusal);
  expect((await bundle.sql("select to_regclass('$s.v')::text as found")).rows).toEqual([
    { found: `${bundle.schema}.v` },
  ]);
  bundle.write({ [later]: undefined });
  await endsAsOnAnEmptyDatabase(bundle);
});

describe("a statement that moves from a repeatable to a migration keeps its effect", () => {
  test("a loop in a do block", async () => {
    const loop =
      "do $$ declare name text; begin foreach name in array array['customers', 'orders'] loop execute format('alter table $s.%I enable row level security', name); end loop; end $$;";
    const bundle = await databases.bundle({ [first]: schema, [earlier]: loop });
    await bundle.up();
    bundle.write({ [earlier]: undefined, "migrations/20260102000000_next.sql": loop });

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("a function's search_path", async () => {
    const setting = "alter function $s.total(integer) set search_path to pg_catalog;";
    const bundle = await databases.bundle({ [first]: schema, [earlier]: setting });
    await bundle.up();
    bundle.write({ [earlier]: undefined, "migrations/20260102000000_next.sql": setting });

    await endsAsOnAnEmptyDatabase(bundle);
  });

  test("negative control: a migration that adds a column keeps no statement of the repeatable", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      [earlier]: "alter table $s.customers enable row level security;",
    });
    await bundle.up();
    bundle.write({
      [earlier]: undefined,
      "migrations/20260102000000_next.sql": "alter table $s.customers add column points integer;",
    });

    await endsAsOnAnEmptyDatabase(bundle);
  });
});
