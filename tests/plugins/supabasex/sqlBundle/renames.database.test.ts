import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf } from "./support";

// A manually renamed object is found by its address and gets its name back. Nothing is lost.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_shop.sql": `create schema $s;
create schema $s_other;
create type $s.mood as enum ('good', 'bad');
create type $s.money as (amount numeric, currency text);
create domain $s.code as text constraint form check (value <> '');
create table $s.tenants (id bigint primary key, name text not null);
create table $s.customers (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references $s.tenants,
  points integer not null default 0 check (points >= 0),
  mood $s.mood,
  "odd name" text
);
create index customers_points on $s.customers (points);
alter table $s.customers enable row level security;
create policy own_rows on $s.customers for select to authenticated using (points > 0);
create sequence $s.counter;
create publication $s_changes for table $s.customers (id, points, mood);
create statistics $s.together on tenant_id, points from $s.customers;
create materialized view $s.totals as select tenant_id, sum(points) as points from $s.customers group by 1;
comment on column $s.customers.points is 'what they earned';
insert into $s.tenants values (1, 'a');
insert into $s.customers (tenant_id, points, mood) values (1, 7, 'good');
`,
  "repeatable/f.sql": `create or replace function $s.stamp() returns trigger language plpgsql as $$ begin return new; end $$;
create or replace function $s.label(a $s.mood) returns text language sql as $$ select 'x' $$;
create or replace trigger stamp before update on $s.customers for each row execute function $s.stamp();
`,
  "repeatable/v.sql":
    "create or replace view $s.rich as select c.id, c.points from $s.customers c where c.points > 5;\n",
};

/** The change, and the paths that a refresh prints; `name` is the value of the first. */
const renamed: readonly (readonly [change: string, path: string, name: string])[] = [
  ["alter table $s.customers rename column points to score", "column $s.customers points", "points → score"],
  [
    'alter table $s.customers rename column "odd name" to even',
    'column $s.customers \\"odd name\\"',
    '"odd name" → even',
  ],
  ["alter table $s.customers rename to clients", "table $s.customers", "$s.customers → $s.clients"],
  ["alter table $s.customers set schema $s_other", "table $s.customers", "$s.customers → $s_other.customers"],
  ["alter schema $s rename to $s_old", "schema $s", "$s → $s_old"],
  ["alter view $s.rich rename to wealthy", "view $s.rich", "$s.rich → $s.wealthy"],
  ["alter materialized view $s.totals rename to sums", "materialized view $s.totals", "$s.totals → $s.sums"],
  [
    "alter function $s.label($s.mood) rename to tag",
    "function $s.label($s.mood)",
    "$s.label($s.mood) → $s.tag($s.mood)",
  ],
  [
    "alter index $s.customers_points rename to by_points",
    "index $s.customers_points",
    "$s.customers_points → $s.by_points",
  ],
  ["alter policy own_rows on $s.customers rename to mine", "policy $s.customers own_rows", "own_rows → mine"],
  ["alter trigger stamp on $s.customers rename to mark", "trigger $s.customers stamp", "stamp → mark"],
  [
    "alter table $s.customers rename constraint customers_points_check to positive",
    "constraint $s.customers customers_points_check",
    "customers_points_check → positive",
  ],
  ["alter domain $s.code rename constraint form to filled", "constraint $s.code form", "form → filled"],
  ["alter type $s.mood rename to feeling", "type $s.mood", "$s.mood → $s.feeling"],
  ["alter domain $s.code rename to token", "type $s.code", "$s.code → $s.token"],
  ["alter sequence $s.counter rename to ticker", "sequence $s.counter", "$s.counter → $s.ticker"],
  ["alter publication $s_changes rename to $s_feed", "publication $s_changes", "$s_changes → $s_feed"],
  ["alter statistics $s.together rename to apart", "statistics $s.together", "$s.together → $s.apart"],
];

describe("a manual rename is one difference, and the next up reverts it", () => {
  let bundle: BundleUnderTest;
  let before: unknown;
  beforeAll(async () => {
    bundle = await databases.bundle(files);
    await bundle.up();
    before = await readCatalog(bundle.manual);
  });
  const named = (text: string) => text.replaceAll("$s", bundle.schema);

  test.each(sliceOf(renamed, 4))("%s", async (change, path, name) => {
    await bundle.sql(change);

    expect(await bundle.refresh()).toEqual([named(`live["${path}"].name`)]);
    const live = bundle.state?.outputs.live as Record<string, Record<string, string>>;
    expect(live[named(path).replaceAll("\\", "")]).toEqual({
      name: `${named(name)} [${/ set schema |^alter schema /.test(change) ? "opens" : "changes"}]`,
    });
    await bundle.preview();
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await readCatalog(bundle.manual)).toEqual(before);
    expect((await bundle.sql("select points, mood from $s.customers")).rows).toEqual([
      { points: 7, mood: "good" },
    ]);
  });

  test("two columns that swapped names", async () => {
    await bundle.sql("alter table $s.tenants add column spare text");
    await bundle.sql("alter table $s.tenants drop column spare");
    await bundle.sql(`alter table $s.customers rename column points to x;
      alter table $s.customers rename column tenant_id to points;
      alter table $s.customers rename column x to tenant_id`);

    expect(await bundle.refresh()).toEqual([
      named('live["column $s.customers points"].name'),
      named('live["column $s.customers tenant_id"].name'),
    ]);
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect((await bundle.sql("select points, tenant_id from $s.customers")).rows).toEqual([
      { points: 7, tenant_id: "1" },
    ]);
  });

  test("a schema, its table and a column at once, with an undeclared policy on the table", async () => {
    await bundle.sql(`create policy rogue on $s.customers for select to anon using (true);
      alter table $s.customers rename column points to score;
      alter table $s.customers rename to clients;
      alter schema $s rename to $s_old`);

    expect(await bundle.refresh()).toEqual([
      named('live["column $s.customers points"].name'),
      named('live["policy $s.customers rogue"]'),
      named('live["schema $s"].name'),
      named('live["table $s.customers"].name'),
    ]);
    await bundle.up();

    expect(await bundle.refresh()).toEqual([named('live["policy $s.customers rogue"]')]);
    await bundle.sql("drop policy rogue on $s.customers");
  });

  test("another change of the renamed object is repaired too", async () => {
    await bundle.sql(`alter table $s.customers rename column points to score;
      alter table $s.customers alter column score set default 9`);

    expect(await bundle.refresh()).toEqual([
      named('live["column $s.customers points"].name'),
      named('live["column $s.customers points"].default'),
    ]);
    await bundle.up();

    expect(await readCatalog(bundle.manual)).toEqual(before);
  });

  test("if a view took the old name, refresh, preview and up name it", async () => {
    await bundle.sql(
      `alter table $s.customers rename to clients; create view $s.customers as select * from $s.clients`,
    );
    await bundle.refresh();

    const sentence = named(
      "table $s.customers: its name is $s.clients, and view $s.customers has its former name: drop or rename the view",
    );
    expect(await failureOf(bundle.preview())).toContain(sentence);
    expect(await failureOf(bundle.up())).toContain(sentence);
    await bundle.sql("drop view $s.customers");
    await bundle.up();
    expect(await readCatalog(bundle.manual)).toEqual(before);
  });
});

test("two equal columns that swapped names get their values back", async () => {
  const other = await databases.bundle({
    "migrations/20260101000000_first.sql":
      "create schema $s;\ncreate table $s.t (id integer primary key, low integer, high integer);",
  });
  await other.up();
  await other.sql("insert into $s.t values (1, 10, 20)");
  await other.sql(`alter table $s.t rename column low to x; alter table $s.t rename column high to low;
    alter table $s.t rename column x to high`);

  expect(await other.refresh()).toHaveLength(2);
  await other.up();

  expect((await other.sql("select low, high from $s.t")).rows).toEqual([{ low: 10, high: 20 }]);
  expect(await other.refresh()).toEqual([]);
});

test("two equal tables that swapped names get their rows back", async () => {
  const other = await databases.bundle({
    "migrations/20260101000000_first.sql":
      "create schema $s;\ncreate table $s.mine (id integer); create table $s.theirs (id integer);",
  });
  await other.up();
  await other.sql("insert into $s.mine values (1)");
  await other.sql(
    `alter table $s.mine rename to x; alter table $s.theirs rename to mine; alter table $s.x rename to theirs`,
  );

  await other.up();

  expect((await other.sql("select id from $s.mine")).rows).toEqual([{ id: 1 }]);
  expect(await other.refresh()).toEqual([]);
});

test("negative control: an equal column that was dropped and added is not a rename", async () => {
  const other = await databases.bundle({
    "migrations/20260101000000_first.sql":
      "create schema $s;\ncreate table $s.t (id integer primary key, low integer);",
  });
  await other.up();
  await other.sql("alter table $s.t drop column low; alter table $s.t add column low integer");

  expect(await other.refresh()).toEqual([]);
});

test("a rename in a file is kept", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_t.sql": "create schema $s; create table $s.t (a int, b int);\n",
  });
  await bundle.up();
  bundle.write({
    "migrations/20260102000000_swap.sql": `alter table $s.t rename column a to x;
alter table $s.t rename column b to a;
alter table $s.t rename column x to b;
alter table $s.t rename to u;
`,
  });
  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  await bundle.sql("alter table $s.u rename column a to c");
  await bundle.up();
  const { rows } = await bundle.sql(
    "select attname from pg_attribute where attrelid = '$s.u'::regclass and attnum > 0 order by attnum",
  );
  expect(rows).toEqual([{ attname: "b" }, { attname: "a" }]);
});

test("object ids from another database are not trusted, because a restore changes them", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_t.sql": "create schema $s; create table $s.t (a int, b int);\n",
  });
  await bundle.up();
  await bundle.sql(`update supabase_migrations.bundles
    set addresses = json_build_object('database', 'another', 'objects', addresses -> 'objects') where name = '$s'`);
  await bundle.sql("alter table $s.t rename column b to c");

  expect(await bundle.refresh()).toEqual(
    ['live["column $s.t b"]', 'live["column $s.t c"]'].map((path) => path.replaceAll("$s", bundle.schema)),
  );
  expect(await failureOf(bundle.up())).toContain(
    `column ${bundle.schema}.t b: it is missing, and it is not known whether it was dropped or renamed: rename it back, or, if its values are lost, add it again (alter table ${bundle.schema}.t add column b integer)`,
  );
});
