import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf } from "./support";

// Everything that can be repaired without data loss is repaired.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_tables.sql": `create schema $s;
create domain $s.code as text constraint form check (value ~ '^[a-z]+$');
comment on constraint form on domain $s.code is 'letters';
create domain $s.spare as text;
create table $s.t (id bigint primary key, code $s.code, "odd name" int not null default 7);
create table $s.other (id bigint primary key);
insert into $s.t values (1, 'a', 8);
create publication $s_p for table $s.t;
create table $s.parent (id bigint);
create table $s.child () inherits ($s.parent);
create index expressions on $s.t ((id + 1));
create unique index codes on $s.t (code);
alter table $s.other add constraint one_id unique (id);
create materialized view $s.mv as select id, code from $s.t;
create statistics $s.pair on id, code from $s.t;
alter table $s.t alter column id set statistics 300, set (toast.autovacuum_enabled = off);
create view $s.w as select id from $s.other;
create sequence $s.numbers;
create view $s.inner_v as select id from $s.other;
create view $s.outer_v as select id from $s.inner_v;
create view $s.v with (security_invoker = true) as select id from $s.t;
comment on column $s.v.id is 'key';
create function $s.f(a integer) returns integer language sql as 'select a';
alter database postgres set statement_timeout = '10min';
alter role authenticated set statement_timeout = '9s';
`,
};

/** A manual change, and the paths that a refresh prints. The next up repairs it. */
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
  ["alter sequence $s.numbers start with 5", 'live["sequence $s.numbers"].start'],
  [
    "alter view $s.inner_v rename column id to key",
    'live["view $s.inner_v"].definition',
    'live["view $s.outer_v"].definition',
  ],
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
  [
    "alter table $s.t alter column id set statistics -1, reset (toast.autovacuum_enabled)",
    'live["column $s.t id"].statisticsTarget',
    'live["table $s.t"].toastOptions',
  ],
  [
    "alter table $s.other alter column id set statistics 200, alter column id set (n_distinct = 10)",
    'live["column $s.other id"].statisticsOptions',
    'live["column $s.other id"].statisticsTarget',
  ],
  [
    "alter materialized view $s.mv set (fillfactor = 70, toast.autovacuum_enabled = off)",
    'live["materialized view $s.mv"].options',
    'live["materialized view $s.mv"].toastOptions',
  ],
  [
    "alter index $s.expressions alter column 1 set statistics 700; alter statistics $s.pair set statistics 50",
    'live["index $s.expressions"].statisticsTargets',
    'live["statistics $s.pair"].statisticsTarget',
  ],
  // An object of another kind took the name: it holds no data, so it is dropped and named.
  [
    "drop view $s.w; create materialized view $s.w as select 1 as id",
    'live["materialized view $s.w"]',
    'live["view $s.w"]',
  ],
  // A constraint's index has the constraint's name.
  [
    "alter table $s.t add constraint codes unique using index codes",
    'live["constraint $s.t codes"]',
    'live["index $s.codes"]',
  ],
  [
    "drop index $s.codes; alter table $s.child add constraint codes unique (id)",
    'live["constraint $s.child codes"]',
    'live["index $s.codes"]',
  ],
  [
    "alter table $s.other drop constraint one_id; create unique index one_id on $s.other (id)",
    'live["constraint $s.other one_id"]',
    'live["index $s.one_id"]',
  ],
  [
    "alter table $s.other drop constraint one_id; create view $s.one_id as select 1 as id",
    'live["constraint $s.other one_id"]',
    'live["view $s.one_id"]',
  ],
  [
    "drop function $s.f(integer); create procedure $s.f(a integer) language sql as 'select 1'",
    'live["function $s.f(integer)"]',
    'live["procedure $s.f(integer)"]',
  ],
  [
    "drop function $s.f(integer); create aggregate $s.f(integer) (sfunc = int4pl, stype = integer)",
    'live["aggregate $s.f(integer)"]',
    'live["function $s.f(integer)"]',
  ],
  ["drop publication $s_p", 'live["publication $s_p"]', 'live["publication table $s_p $s.t"]'],
];

describe("a manual change is repaired by the next up, with the statement for its kind", () => {
  let bundle: BundleUnderTest;
  beforeAll(async () => {
    bundle = await databases.bundle(files);
    await bundle.up();
  });

  test.each(sliceOf(repaired, 4))("%s", async (change, ...paths) => {
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
])("a manual publication of %s is reported, and removed with prune: drop", async (_, change, path) => {
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
  // As a control: the bundle's own publication is kept.
  const { rows } = await bundle.sql("select tablename from pg_publication_tables where pubname = '$s_p'");
  expect(rows).toEqual([{ tablename: "t" }]);
});

test("a manual publication of a whole schema is removed with prune: drop", async () => {
  const bundle = await databases.bundle(files, { prune: "drop" });
  await bundle.up();
  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query(`alter publication ${bundle.schema}_p add tables in schema ${bundle.schema}`);

  expect(await bundle.refresh()).toEqual([`live["publication schema ${bundle.schema}_p ${bundle.schema}"]`]);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});

test("a repair names the object that it drops because it took another object's name", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  await bundle.sql("drop view $s.w; create materialized view $s.w as select 1 as id");
  bundle.logs = [];

  await bundle.up();

  expect(bundle.logs.join("\n")).toContain(
    `gone, because their object was replaced:\n  materialized view ${bundle.schema}.w`,
  );
});

test.each([
  [
    "drop view $s.w; create table $s.w (id int)",
    "view $s.w: table $s.w was created in its place: drop or rename that one",
  ],
  [
    "drop index $s.expressions; create table $s.expressions (id int)",
    "index $s.expressions: table $s.expressions was created in its place: drop or rename that one",
  ],
  [
    "drop table $s.t cascade; create view $s.t as select 1 as id",
    "table $s.t: view $s.t was created in its place: drop or rename that one; it was dropped with its rows: restore it from a backup",
  ],
  [
    "alter table $s.other drop constraint one_id; create table $s.one_id (id int)",
    "constraint $s.other one_id: table $s.one_id was created in its place: drop or rename that one",
  ],
  [
    "drop index $s.codes; create type $s.codes as (id int)",
    "index $s.codes: type $s.codes was created in its place: drop or rename that one",
  ],
  [
    "drop sequence $s.numbers; alter table $s.child add constraint numbers unique (id)",
    "sequence $s.numbers: constraint $s.child numbers was created in its place: drop or rename that one; it is missing, and its position is unknown: create sequence $s.numbers start with <the next number>",
  ],
  [
    "drop domain $s.spare; create type $s.spare as enum ('a')",
    "type $s.spare: enum $s.spare was created in its place: drop or rename that one",
  ],
])("an object that holds data and took another object's name is kept: %s", async (change, sentence) => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  await bundle.sql(change);
  bundle.inputs = { dryRun: "live" };

  const preview = await failureOf(bundle.preview());

  expect(preview).toContain(`  ${sentence.replaceAll("$s", bundle.schema)}\n`);
  await bundle.refresh();
  expect(await failureOf(bundle.up())).toBe(preview);
});

test("the options of a foreign table are restored", async () => {
  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query("create extension if not exists file_fdw schema extensions");
  await superuser.query("create server if not exists files foreign data wrapper file_fdw");
  await superuser.query("grant usage on foreign server files to postgres");
  await superuser.query("grant pg_read_server_files to postgres");
  const bundle = await databases.bundle({
    "migrations/20260101000000_tables.sql":
      "create schema $s;\ncreate foreign table $s.ft (a text) server files options (filename '/dev/null', format 'csv');\n",
  });
  await bundle.up();
  await bundle.sql(
    "alter foreign table $s.ft options (set filename '/dev/zero', drop format, add header 'true')",
  );

  expect(await bundle.refresh()).toEqual([`live["foreign table ${bundle.schema}.ft"].wrapperOptions`]);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});
