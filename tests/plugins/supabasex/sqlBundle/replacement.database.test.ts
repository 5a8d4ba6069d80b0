import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { Databases, differencesFromEmpty, expectDeployed, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const schema = `create schema $s;
create table $s.t (id integer primary key, n bigint not null default 1);
alter table $s.t enable row level security;
`;

/** A repeatable that changes to create another object under the same name, and an unchanged one that uses it. */
const replacements: {
  name: string;
  before: string;
  after: string;
  user?: string;
  used?: string;
  migrations?: Record<string, string>;
}[] = [
  {
    name: "a helper of a policy gains an optional argument",
    before: "create or replace function $s.h(a integer) returns boolean language sql as $$ select a > 0 $$;",
    after:
      "create or replace function $s.h(a integer, b integer default 0) returns boolean language sql as $$ select a > b $$;",
    user: "create policy p on $s.t using ($s.h(id));",
  },
  {
    name: "an argument of a helper becomes bigint",
    before: "create or replace function $s.h(a integer) returns boolean language sql as $$ select a > 0 $$;",
    after: "create or replace function $s.h(a bigint) returns boolean language sql as $$ select a > 0 $$;",
    user: "create policy p on $s.t using ($s.h(id));",
  },
  {
    name: "the comment on a function is written without arguments, and its arguments change",
    before:
      "create or replace function $s.h(a integer) returns integer language sql as $$ select a $$;\ncomment on function $s.h is 'h';",
    after:
      "create or replace function $s.h(a integer, b integer) returns integer language sql as $$ select a $$;\ncomment on function $s.h is 'h';",
  },
  {
    name: "a parameter of a helper is renamed",
    before: "create or replace function $s.h(a integer) returns boolean language sql as $$ select a > 0 $$;",
    after: "create or replace function $s.h(b integer) returns boolean language sql as $$ select b > 0 $$;",
    user: "create policy p on $s.t using ($s.h(id));",
  },
  {
    name: "a view becomes a materialized view",
    before: "create or replace view $s.v as select id from $s.t;",
    after: "create materialized view $s.v as select id from $s.t;",
  },
  {
    name: "a materialized view becomes a view, under another view",
    before: "create materialized view $s.v as select id from $s.t;",
    after: "create or replace view $s.v as select id from $s.t;",
    user: "create or replace view $s.w as select id from $s.v;",
  },
  {
    name: "a function becomes a procedure",
    before: "create or replace function $s.h(a integer) returns void language sql as $$ select $$;",
    after: "create or replace procedure $s.h(a integer) language sql as $$ select $$;",
  },
  {
    name: "a function becomes an aggregate",
    before: "create or replace function $s.h(integer) returns integer language sql as $$ select 1 $$;",
    after: "create aggregate $s.h(integer) (sfunc = int4pl, stype = integer, initcond = '0');",
  },
  {
    name: "a view becomes a composite type",
    before: "create or replace view $s.v as select id from $s.t;",
    after: "create type $s.v as (id integer);",
  },
  {
    name: "a function under a view that computes with it returns numeric instead of bigint",
    before: "create or replace function $s.h() returns bigint language sql stable as $$ select 2::bigint $$;",
    after:
      "create or replace function $s.h() returns numeric language sql stable as $$ select 2::numeric $$;",
    user: "create or replace view $s.w as select n * 2.5 * $s.h() as total from $s.t;",
  },
  {
    name: "a function under a migration's policy and view returns another type",
    migrations: {
      "migrations/20260101000001_uses.sql":
        "create function $s.early() returns bigint language sql stable as $$ select 1::bigint $$;\ncreate view $s.w as select n * 2.5 * $s.early() as total from $s.t;\ncreate policy p on $s.t using (n > $s.early());",
    },
    before:
      "create or replace function $s.early() returns bigint language sql stable as $$ select 1::bigint $$;",
    after:
      "create or replace function $s.early() returns numeric language sql stable as $$ select 1::numeric $$;",
  },
  {
    name: "a domain with a check that a function uses loses the check",
    before: "create domain $s.d as text constraint letters check (value ~ '^[a-z]$');",
    after: "create domain $s.d as text;",
    user: "create or replace function $s.g(d $s.d) returns text language sql as $$ select d::text $$;",
  },
  {
    name: "a domain with a check becomes an enum",
    before: "create domain $s.d as text check (value in ('a', 'b'));",
    after: "create type $s.d as enum ('a', 'b');",
    user: "create or replace function $s.g(d $s.d) returns text language sql as $$ select d::text $$;",
  },
  {
    name: "two overloads are swapped with a third",
    before:
      "create or replace function $s.h(a integer) returns integer language sql as $$ select 1 $$;\ncreate or replace function $s.h(a text) returns integer language sql as $$ select 2 $$;",
    after:
      "create or replace function $s.h(a integer) returns integer language sql as $$ select 1 $$;\ncreate or replace function $s.h(a text, b text default '') returns integer language sql as $$ select 3 $$;",
    user: "create or replace view $s.w as select $s.h('x'::text) as h from $s.t;",
  },
];

describe("a repeatable replaces its earlier object of any kind", () => {
  test.each(sliceOf(replacements, 4))("$name", async ({ before, after, user, migrations = {} }) => {
    const files = {
      [first]: schema,
      ...migrations,
      "repeatable/object.sql": before,
      ...(user === undefined ? {} : { "repeatable/user.sql": user }),
    };
    const bundle = await databases.bundle(files, { dryRun: "live" });
    await bundle.up();
    bundle.write({ "repeatable/object.sql": after });

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await bundle.up()).toBe(false);
    if (migrations[first] === undefined && Object.keys(migrations).length === 0) {
      expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
    }
  });

  test("a function becomes a procedure, and the file of a view that uses it is removed", async () => {
    const bundle = await databases.bundle(
      {
        [first]: schema,
        "repeatable/object.sql":
          "create or replace function $s.g(x integer) returns integer language sql as 'select x';",
        "repeatable/user.sql":
          "create or replace view $s.w as select $s.g(1) as g;\ncomment on column $s.w.g is 'G.';",
      },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({
      "repeatable/object.sql": "create or replace procedure $s.g(x integer) language sql as 'select x';",
      "repeatable/user.sql": undefined,
    });

    await expectDeployed(databases, bundle);
  });

  test("an object that moves to another file as another kind", async () => {
    const bundle = await databases.bundle(
      { [first]: schema, "repeatable/a.sql": "create or replace view $s.v as select id from $s.t;" },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({
      "repeatable/a.sql": undefined,
      "repeatable/b.sql": "create materialized view $s.v as select id from $s.t;",
    });

    await expectDeployed(databases, bundle);
  });
});

describe("a rebuild does not change ownership", () => {
  const helper = (name: string) =>
    `create or replace function $s.h(${name} integer) returns boolean language sql as $$ select ${name} > 0 $$;`;
  /** A manual object that depends on the helper. */
  const foreign = [
    {
      name: "a policy",
      manual: "create policy rogue on $s.t using ($s.h(id))",
      identity: "policy $s.t rogue",
    },
    {
      name: "a view",
      manual: "create view $s.rogue as select id from $s.t where $s.h(id)",
      identity: "view $s.rogue",
    },
    {
      name: "a function",
      manual: "create function $s.rogue() returns boolean language sql begin atomic; select $s.h(1); end",
      identity: "function $s.rogue()",
    },
    {
      name: "an index",
      manual: "create index rogue on $s.t (id) where id > 0",
      identity: "index $s.rogue",
      untouched: true,
    },
  ];

  test.each(sliceOf(foreign, 4))(
    "a manual object stays extra and is named: $name",
    async ({ manual, identity, untouched }) => {
      const bundle = await databases.bundle(
        { [first]: schema, "repeatable/h.sql": helper("a") },
        { dryRun: "live" },
      );
      await bundle.up();
      await bundle.sql(manual);
      bundle.write({ "repeatable/h.sql": helper("b") });
      await bundle.refresh();
      bundle.logs = [];

      await bundle.preview();
      const named = identity.replaceAll("$s", bundle.schema);
      if (untouched !== true)
        expect(bundle.logs.join("\n")).toMatch(
          new RegExp(`Dropped and recreated[^:]*:\\s+${named.replace(/[().]/g, "\\$&")}`),
        );
      await bundle.up();

      expect(await bundle.refresh()).toEqual([`live["${named}"]`]);
      await bundle.sql(`drop ${identity.replace("$s.t rogue", "rogue on $s.t")}`);
      await bundle.up();
      expect(await bundle.refresh()).toEqual([]);
      bundle.write({ "repeatable/h.sql": helper("c") });
      await bundle.up();
      expect(await bundle.refresh()).toEqual([]);
    },
  );

  test("a manual default that uses it is kept and named", async () => {
    const bundle = await databases.bundle(
      { [first]: schema, "repeatable/h.sql": helper("a") },
      { dryRun: "live" },
    );
    await bundle.up();
    await bundle.sql("create table $s.rogue (id integer, positive boolean default $s.h(1))");
    bundle.write({ "repeatable/h.sql": helper("b") });
    const named = `(not made by the bundle, and not adopted):\n  column ${bundle.schema}.rogue positive`;

    await bundle.preview();
    expect(bundle.logs.join("\n")).toContain(named);
    bundle.logs = [];
    await bundle.up();

    expect(bundle.logs.join("\n")).toContain(named);
    expect((await bundle.sql("insert into $s.rogue (id) values (1) returning positive")).rows).toEqual([
      { positive: true },
    ]);
    expect(await bundle.refresh()).toEqual([`live["table ${bundle.schema}.rogue"]`]);
  });

  test.each([
    {
      name: "a policy",
      before: "create policy p on $s.t using ($s.h(id));",
      after: "create policy p on $s.t for select to authenticated using (n > 0);",
    },
    {
      name: "a view",
      before: "create or replace view $s.v as select id from $s.t where $s.h(id);",
      after: "create or replace view $s.v with (security_invoker = true) as select id, n from $s.t;",
    },
    {
      name: "a policy that still uses it",
      before: "create policy p on $s.t using ($s.h(id));",
      after: "create policy p on $s.t for delete to authenticated using ($s.h(id));",
    },
  ])("$name that changed in the same deployment matches its file", async ({ before, after }) => {
    const bundle = await databases.bundle({
      [first]: schema,
      "repeatable/h.sql": helper("a"),
      "repeatable/user.sql": before,
    });
    await bundle.up();
    bundle.write({ "repeatable/h.sql": helper("b"), "repeatable/user.sql": after });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test("a manual grant on a view that is recreated with its function is not adopted", async () => {
    const bundle = await databases.bundle({
      [first]: schema,
      "repeatable/h.sql": helper("a"),
      "repeatable/v.sql": "create or replace view $s.v as select id from $s.t where $s.h(id);",
    });
    await bundle.up();
    await bundle.sql("grant select on $s.v to anon");
    bundle.write({ "repeatable/h.sql": helper("b") });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([`live["view ${bundle.schema}.v"].grants`]);
  });

  test("a reported object that was dropped manually is not restored when a deployment fails", async () => {
    const bundle = await databases.bundle({ [first]: schema, "repeatable/h.sql": helper("a") });
    await bundle.up();
    await bundle.sql("create policy rogue on $s.t using ($s.h(id))");
    bundle.write({ "repeatable/h.sql": helper("b") });
    await bundle.up();
    await bundle.sql("drop policy rogue on $s.t");
    bundle.write({
      "repeatable/h.sql": helper("c"),
      "repeatable/broken.sql": "create view $s.x as select nothing;",
    });

    expect(await failureOf(bundle.up())).toContain('column "nothing" does not exist');

    expect(
      (await bundle.sql("select count(*)::int as n from pg_policy where polname = 'rogue'")).rows,
    ).toEqual([{ n: 0 }]);
  });
});
