import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BundleUnderTest, Databases } from "./support";

// Whatever can be repaired without losing data is repaired.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_tables.sql": `create schema $s;
create domain $s.code as text constraint form check (value ~ '^[a-z]+$');
comment on constraint form on domain $s.code is 'letters';
create table $s.t (id bigint primary key, code $s.code, "odd name" int not null default 7);
create table $s.other (id bigint primary key);
insert into $s.t values (1, 'a', 8);
create publication $s_p for table $s.t;
create table $s.parent (id bigint);
create table $s.child () inherits ($s.parent);
create view $s.v with (security_invoker = true) as select id from $s.t;
comment on column $s.v.id is 'key';
create function $s.f(a integer) returns integer language sql as 'select a';
alter database postgres set statement_timeout = '10min';
alter role authenticated set statement_timeout = '9s';
`,
};

/** What somebody does by hand, and the paths that a refresh prints. The next up repairs it. */
const repaired: readonly (readonly [change: string, ...paths: string[]])[] = [
  ["alter database postgres set statement_timeout = '1s'", 'live["database settings"].statement_timeout'],
  ["alter database postgres set work_mem = '64MB'", 'live["database settings"].work_mem'],
  ["alter database postgres reset statement_timeout", 'live["database settings"]'],
  [
    "alter domain $s.code drop constraint form; alter domain $s.code add constraint form check (value ~ '^[a-z]+$') not valid; comment on constraint form on domain $s.code is 'letters'",
    'live["constraint $s.code form"].validated',
  ],
  ["comment on constraint form on domain $s.code is 'digits'", 'live["constraint $s.code form"].comment'],
  ["alter domain $s.code drop constraint form", 'live["constraint $s.code form"]'],
  ["alter table $s.child no inherit $s.parent", 'live["table $s.child"].inherits'],
  [
    "create or replace view $s.v as select id, code from $s.t",
    'live["view $s.v"].definition',
    'live["view $s.v"].options',
  ],
  [
    "drop function $s.f(integer); create function $s.f(b integer) returns bigint language sql as 'select b::bigint'",
    'live["function $s.f(integer)"].arguments',
    'live["function $s.f(integer)"].body',
    'live["function $s.f(integer)"].returns',
  ],
  ["drop publication $s_p", 'live["publication $s_p"]', 'live["publication table $s_p $s.t"]'],
];

describe("a manual change is repaired by the next up, with the statement for its kind", () => {
  let bundle: BundleUnderTest;
  beforeAll(async () => {
    bundle = await databases.bundle(files);
    await bundle.up();
  });

  test.each(repaired)("%s", async (change, ...paths) => {
    await bundle.sql(change);

    expect(await bundle.refresh()).toEqual(paths.map((path) => path.replaceAll("$s", bundle.schema)));
    await bundle.up();
    expect(await bundle.refresh()).toEqual([]);
    expect((await bundle.sql("select * from $s.t")).rows).toEqual([{ id: "1", code: "a", "odd name": 8 }]);
  });
});

test.each([
  ["a table", "alter publication $s_p add table $s.other", 'live["publication table $s_p $s.other"]'],
  [
    "a table with some columns and rows",
    "alter publication $s_p add table $s.other (id) where (id > 1)",
    'live["publication table $s_p $s.other"]',
  ],
])("%s published by hand is reported, and taken out with prune: drop", async (_, change, path) => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  await bundle.sql(change);
  const paths = [path.replaceAll("$s", bundle.schema)];

  expect(await bundle.refresh()).toEqual(paths);
  await bundle.up();
  expect(await bundle.refresh()).toEqual(paths);
  bundle.inputs = { prune: "drop" };
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
  // As a control: what the bundle publishes stays.
  const { rows } = await bundle.sql("select tablename from pg_publication_tables where pubname = '$s_p'");
  expect(rows).toEqual([{ tablename: "t" }]);
});

test("a whole schema published by hand is taken out with prune: drop", async () => {
  const bundle = await databases.bundle(files, { prune: "drop" });
  await bundle.up();
  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query(`alter publication ${bundle.schema}_p add tables in schema ${bundle.schema}`);

  expect(await bundle.refresh()).toEqual([`live["publication schema ${bundle.schema}_p ${bundle.schema}"]`]);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});
