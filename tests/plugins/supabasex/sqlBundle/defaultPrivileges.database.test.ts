import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, differencesFromEmpty, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const next = "migrations/20260102000000_next.sql";
const schema = `create schema $s;
grant create, usage on schema $s to service_role;
create table $s.customers (id integer primary key);
grant select on $s.customers to service_role;
`;
const view = "create or replace view $s.v as select id from $s.customers;";

async function grantsOf(bundle: BundleUnderTest, identity: string): Promise<unknown> {
  return (await readCatalog(bundle.manual))[identity.replaceAll("$s", bundle.schema)]?.grants;
}

interface Case {
  readonly name: string;
  readonly repeatable: string;
  readonly statement: string;
  readonly identity: string;
  readonly grants: unknown;
}

const cases: readonly Case[] = [
  {
    name: "a view",
    repeatable: view,
    statement: "alter default privileges in schema $s grant select on tables to authenticated;",
    identity: "view $s.v",
    grants: { authenticated: ["select"] },
  },
  {
    name: "a view with a grant in its own file",
    repeatable: `${view}\ngrant insert on $s.v to authenticated;\nrevoke select on $s.v from anon;`,
    statement: "alter default privileges in schema $s grant select on tables to authenticated, anon;",
    identity: "view $s.v",
    grants: { authenticated: ["insert", "select"] },
  },
  {
    name: "a materialized view",
    repeatable: "create materialized view $s.m as select id from $s.customers;",
    statement: "alter default privileges in schema $s grant all on tables to authenticated;",
    identity: "materialized view $s.m",
    grants: { authenticated: ["all"] },
  },
  {
    name: "a function",
    repeatable: "create or replace function $s.f() returns integer language sql as $$ select 1 $$;",
    statement: "alter default privileges in schema $s grant execute on functions to anon with grant option;",
    identity: "function $s.f()",
    grants: { anon: ["execute with grant option"], public: ["execute"] },
  },
  {
    name: "a procedure",
    repeatable: "create or replace procedure $s.p() language sql as $$ select 1 $$;",
    statement: "alter default privileges in schema $s grant execute on routines to anon;",
    identity: "procedure $s.p()",
    grants: { anon: ["execute"], public: ["execute"] },
  },
  {
    name: "a type",
    repeatable: "create type $s.mood as enum ('good', 'bad');",
    statement: "alter default privileges in schema $s grant usage on types to anon;",
    identity: "type $s.mood",
    grants: { anon: ["usage"], public: ["usage"] },
  },
  {
    name: "a view of another role",
    repeatable: `set local role service_role;\n${view}`,
    statement:
      "alter default privileges for role service_role in schema $s grant select on tables to authenticated;",
    identity: "view $s.v",
    grants: { authenticated: ["select"] },
  },
  {
    name: "a view of another role, by a statement as that role",
    repeatable: `set local role service_role;\n${view}`,
    statement:
      "set local role service_role; alter default privileges in schema $s grant select on tables to authenticated;",
    identity: "view $s.v",
    grants: { authenticated: ["select"] },
  },
  {
    name: "a view, by a loop",
    repeatable: view,
    statement:
      "do $$ begin execute 'alter default privileges in schema $s grant select on tables to authenticated'; end $$;",
    identity: "view $s.v",
    grants: { authenticated: ["select"] },
  },
];

describe("default privileges of a migration apply to existing objects of repeatables as on an empty database", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ repeatable, statement, identity, grants }) => {
    const bundle = await databases.bundle(
      { [first]: schema, "repeatable/object.sql": repeatable },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [next]: statement });
    bundle.logs = [];

    await bundle.preview();
    await bundle.up();

    const line = `Granted as on a new environment, because a migration changed default privileges:\n  ${identity.replaceAll("$s", bundle.schema)}: grants`;
    expect(bundle.logs.join("\n").split(line)).toHaveLength(3);
    expect(await grantsOf(bundle, identity)).toEqual(grants);
    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
    // Another deployment has nothing to do.
    bundle.logs = [];
    await bundle.preview();
    expect(bundle.logs.join("\n")).not.toContain("would run");
  });

  test.each([
    { name: "is renamed", repeatable: view },
    { name: "is renamed and edited", repeatable: `-- views\n${view}\ngrant insert on $s.v to anon;` },
  ])("the file that creates the object $name at the same time", async ({ repeatable }) => {
    const bundle = await databases.bundle({ [first]: schema, "repeatable/v.sql": view });
    await bundle.up();
    bundle.write({
      [next]: "alter default privileges in schema $s grant select on tables to authenticated;",
      "repeatable/v.sql": undefined,
      "repeatable/views.sql": repeatable,
    });

    await bundle.up();

    expect(await grantsOf(bundle, "view $s.v")).toMatchObject({ authenticated: ["select"] });
    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("a later migration revokes the grant, and manual grants are kept", async () => {
    const bundle = await databases.bundle({
      [first]: `${schema}alter default privileges in schema $s grant select on tables to authenticated;`,
      "repeatable/v.sql": view,
    });
    await bundle.up();
    await bundle.sql("grant insert on $s.v to anon");
    bundle.write({
      [next]: "alter default privileges in schema $s revoke select on tables from authenticated;",
    });

    await bundle.up();

    expect(await grantsOf(bundle, "view $s.v")).toEqual({ anon: ["insert"] });
    await bundle.sql("revoke insert on $s.v from anon");
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("in all schemas: the built-in grant of functions to PUBLIC is revoked", async () => {
    const own = new Databases();
    await own.start();
    try {
      const bundle = await own.bundle({
        [first]: schema,
        "repeatable/f.sql":
          "create or replace function $s.f() returns integer language sql as $$ select 1 $$;",
        "repeatable/g.sql":
          "create or replace function $s.g() returns integer language sql as $$ select 1 $$;\ngrant execute on function $s.g() to authenticated;",
      });
      await bundle.up();
      bundle.write({ [next]: "alter default privileges revoke execute on functions from public;" });

      await bundle.up();

      expect(await grantsOf(bundle, "function $s.f()")).toEqual({});
      expect(await grantsOf(bundle, "function $s.g()")).toEqual({ authenticated: ["execute"] });
      expect(await bundle.refresh()).toEqual([]);
      expect(await differencesFromEmpty(own, bundle)).toEqual([]);
    } finally {
      await own.stop();
    }
  });

  test("the migration is committed before the repeatables run", async () => {
    const bundle = await databases.bundle({ [first]: schema, "repeatable/v.sql": view });
    await bundle.up();
    bundle.write({
      [next]: "alter default privileges in schema $s grant select on tables to authenticated;",
      "migrations/20260103000000_index.sql":
        "-- no transaction\ncreate index concurrently customers_id on $s.customers (id);",
    });

    await bundle.up();

    expect(await grantsOf(bundle, "view $s.v")).toEqual({ authenticated: ["select"] });
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("negative control: default privileges of another role, schema or class change nothing", async () => {
    const bundle = await databases.bundle({ [first]: schema, "repeatable/v.sql": view });
    await bundle.up();
    bundle.logs = [];
    bundle.write({
      [next]: `create schema $s_other;
alter default privileges in schema $s_other grant select on tables to authenticated;
alter default privileges for role service_role in schema $s grant select on tables to authenticated;
alter default privileges in schema $s grant execute on functions to authenticated;`.replaceAll(
        "$s_other",
        `${bundle.schema}_other`,
      ),
    });

    await bundle.up();

    expect(bundle.logs.join("\n")).not.toContain("Granted as on a new environment");
    expect(await grantsOf(bundle, "view $s.v")).toEqual({});
    await bundle.sql(`drop schema ${bundle.schema}_other`);
  });
});

describe("manual default privileges", () => {
  const byHand = "alter default privileges in schema $s grant select on tables to anon";

  test.each([
    ["a new view", async (bundle: BundleUnderTest) => bundle.write({ "repeatable/v.sql": view })],
    ["a recreated view", async (bundle: BundleUnderTest) => void (await bundle.sql("drop view $s.w"))],
  ])("their grants on %s do not belong to the bundle", async (_name, change) => {
    const bundle = await databases.bundle({
      [first]: schema,
      "repeatable/w.sql": "create or replace view $s.w as select id from $s.customers;",
    });
    await bundle.up();
    await bundle.sql(byHand);
    await change(bundle);

    await bundle.up();
    await bundle.sql("alter default privileges in schema $s revoke select on tables from anon");

    const drift = await bundle.refresh();
    expect(drift).toHaveLength(1);
    expect(drift[0]).toMatch(/^live\["view s\d+\.[vw]"\]\.grants$/);
  });

  const revoke = "revoke all on $s.v from anon;\nrevoke execute on function $s.f() from public;";
  const made = `${view}\ncreate or replace function $s.f() returns integer language sql as 'select 1';\n`;

  test.each([
    ["a block is removed", "do $$ begin comment on table $s.customers is 'C.'; end $$;", {}],
    ["a revoke is removed", revoke, {}],
    ["a migration creates the objects, too", revoke, { [next]: made }],
  ])("%s: no grant that a new environment does not have", async (_name, removed, more) => {
    const bundle = await databases.bundle(
      { [first]: schema, "repeatable/v.sql": made, "repeatable/z.sql": removed },
      { prune: "drop" },
    );
    await bundle.up();
    await bundle.sql("alter default privileges in schema $s grant select on tables to anon");
    await bundle.sql("alter default privileges in schema $s grant execute on functions to anon");
    bundle.write({ "repeatable/z.sql": undefined, ...more });

    await bundle.up();

    expect(await grantsOf(bundle, "view $s.v")).toEqual({});
    expect(await grantsOf(bundle, "function $s.f()")).toEqual({ public: ["execute"] });
  });

  test("stated by a migration: they belong to the bundle, and older views get the grants", async () => {
    const bundle = await databases.bundle({ [first]: schema, "repeatable/v.sql": view });
    await bundle.up();
    await bundle.sql(byHand);
    bundle.write({ [next]: `${byHand};` });

    await bundle.up();

    expect(await grantsOf(bundle, "view $s.v")).toEqual({ anon: ["select"] });
    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });
});

test("a repeatable that sets default privileges is refused, also in a loop and in a function", async () => {
  const statement = "alter default privileges in schema $s grant select on tables to anon";
  const bundle = await databases.bundle({
    [first]: `${schema}create function $s.open() returns void language plpgsql as $f$ begin execute '${statement}'; end $f$;`,
    "repeatable/a.sql": `${statement};`,
    "repeatable/b.sql": `do $$ begin ${statement}; end $$;`,
  });

  const refusal = await failureOf(bundle.up());

  expect(refusal).toContain("The files have 2 errors; nothing was changed.");
  expect(refusal.split("alter default privileges does not belong in a repeatable")).toHaveLength(3);

  bundle.write({
    "repeatable/a.sql": "select $s.open();",
    "repeatable/b.sql": undefined,
  });
  expect(await failureOf(bundle.up())).toBe(
    `A repeatable changes default privileges postgres in ${bundle.schema} tables: move that statement to a migration. On a new environment repeatables run after all migrations, so it would not apply to what migrations create.`,
  );
});
