import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { Databases, expectDeployed, failureOf, firstFile, nextFile } from "./support";

// A repeatable changes objects in a loop, without naming them. After the next deployment, an empty database has the same catalog.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.t (id int primary key, name text, tenant int);
create table $s.u (id int primary key, name text);
create function $s.touch() returns trigger language plpgsql as 'begin return new; end';
`;
const inLoop = (query: string, ...statements: string[]) =>
  `do $$ declare r record; begin for r in ${query} loop ${statements.map((text) => `execute format(${text});`).join(" ")} end loop; end $$;\n`;
const relations = (kinds: string) =>
  `select c.relname as n from pg_class c where c.relnamespace = '$s'::regnamespace and c.relkind in (${kinds})`;
const withColumn = (name: string) =>
  `select c.relname as n from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = '${name}'
   where c.relnamespace = '$s'::regnamespace and c.relkind = 'r'`;
const routines = "select p.oid::regprocedure as n from pg_proc p where p.pronamespace = '$s'::regnamespace";
const grants = inLoop(relations("'r', 'v'"), "'grant select on $s.%I to authenticated', r.n");
const policies = inLoop(
  relations("'r'"),
  "'alter table $s.%I enable row level security', r.n",
  "'drop policy if exists own on $s.%I', r.n",
  "'create policy own on $s.%I using (true)', r.n",
);
const revokes = inLoop(routines, "'revoke execute on function %s from public', r.n");
const partitions = inLoop(
  "select relid::regclass as n from pg_partition_tree('$s.p') where level > 0",
  "'alter table %s enable row level security', r.n",
  "'grant select on %s to service_role', r.n",
);
const partitioned = `${schema}create table $s.p (id int) partition by range (id);
create table $s.p1 partition of $s.p for values from (1) to (10);
`;

interface Case {
  readonly name: string;
  readonly first?: string;
  readonly before: Readonly<Record<string, string>>;
  readonly next: Readonly<Record<string, string>>;
}

const cases: readonly Case[] = [
  {
    name: "grants; a table is created",
    before: { "repeatable/z.sql": grants },
    next: { [nextFile]: "create table $s.w (id int);" },
  },
  {
    name: "grants and policies; a table is dropped and created again",
    before: { "repeatable/z.sql": grants + policies },
    next: { [nextFile]: "drop table $s.u; create table $s.u (id int primary key, name text);" },
  },
  {
    name: "grants; a view is rebuilt because it loses a column",
    before: {
      "repeatable/a.sql": "create or replace view $s.v as select id, name from $s.t;",
      "repeatable/z.sql": grants,
    },
    next: { "repeatable/a.sql": "create or replace view $s.v as select id from $s.t;" },
  },
  {
    name: "grants; a view is rebuilt with its function",
    before: {
      "repeatable/a.sql":
        "create or replace function $s.f(a int) returns int language sql as $$ select a $$;",
      "repeatable/b.sql": "create or replace view $s.v as select $s.f(id) as x from $s.t;",
      "repeatable/z.sql": grants,
    },
    next: {
      "repeatable/a.sql":
        "create or replace function $s.f(b int) returns int language sql as $$ select b $$;",
    },
  },
  {
    name: "grants; a file before the loop creates a view",
    before: { "repeatable/z.sql": grants },
    next: { "repeatable/a.sql": "create or replace view $s.v as select id from $s.t;" },
  },
  {
    name: "grants; a file after the loop creates a view, which gets none",
    before: { "repeatable/b.sql": grants },
    next: { "repeatable/c.sql": "create or replace view $s.v as select id from $s.t;" },
  },
  {
    name: "grants by a function that a block calls; a table is created",
    first: `${schema}create function $s.open() returns void language plpgsql as $f$ declare r record; begin
      for r in ${relations("'r'")} loop execute format('grant select on $s.%I to authenticated', r.n); end loop; end $f$;`,
    before: { "repeatable/z.sql": "do $$ begin perform $s.open(); end $$;" },
    next: { [nextFile]: "create table $s.w (id int);" },
  },
  {
    name: "indexes; a column is added",
    before: {
      "repeatable/z.sql": inLoop(
        withColumn("tenant"),
        "'create index if not exists %I on $s.%I (tenant)', r.n || '_tenant', r.n",
      ),
    },
    next: { [nextFile]: "alter table $s.u add column tenant int;" },
  },
  {
    name: "triggers; a column is added",
    before: {
      "repeatable/z.sql": inLoop(
        withColumn("tenant"),
        "'create or replace trigger touch before update on $s.%I for each row execute function $s.touch()', r.n",
      ),
    },
    next: { [nextFile]: "alter table $s.u add column tenant int;" },
  },
  {
    name: "revoked privileges; a migration creates a function",
    before: { "repeatable/z.sql": revokes },
    next: { [nextFile]: "create function $s.f() returns int language sql as 'select 2';" },
  },
  {
    name: "revoked privileges; a function gets other arguments",
    before: {
      "repeatable/a.sql": "create or replace function $s.f() returns int language sql as 'select 1';",
      "repeatable/z.sql": revokes,
    },
    next: {
      "repeatable/a.sql": "create or replace function $s.f(a int) returns int language sql as 'select 1';",
    },
  },
  {
    name: "defaults; a column is dropped and created again",
    before: {
      "repeatable/z.sql": inLoop(
        withColumn("tenant"),
        "'alter table $s.%I alter column tenant set default 1', r.n",
      ),
    },
    next: { [nextFile]: "alter table $s.t drop column tenant; alter table $s.t add column tenant bigint;" },
  },
  {
    name: "row security and grants of partitions; a partition is created",
    first: partitioned,
    before: { "repeatable/z.sql": partitions },
    next: { [nextFile]: "create table $s.p2 partition of $s.p for values from (10) to (20);" },
  },
  {
    name: "the same; a table is attached as a partition",
    first: `${partitioned}create table $s.p2 (id int);`,
    before: { "repeatable/z.sql": partitions },
    next: { [nextFile]: "alter table $s.p attach partition $s.p2 for values from (10) to (20);" },
  },
  {
    name: "comments on partitions; a partition is dropped and created again",
    first: partitioned,
    before: {
      "repeatable/z.sql": inLoop(
        "select relid::regclass as n from pg_partition_tree('$s.p') where level > 0",
        "'comment on table %s is ''A partition.''', r.n",
      ),
    },
    next: {
      [nextFile]: "drop table $s.p1; create table $s.p1 partition of $s.p for values from (1) to (20);",
    },
  },
];

describe("what a loop changes is complete after the next deployment", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ first = schema, before, next }) => {
    const bundle = await databases.bundle({ [firstFile]: first, ...before }, { dryRun: "live" });
    await bundle.up();
    bundle.write(next);
    await bundle.refresh();

    await expectDeployed(databases, bundle);

    expect(await bundle.up()).toBe(false);
  });
});

test("a repeatable that names a partition fails if a migration drops this partition", async () => {
  const bundle = await databases.bundle(
    { [firstFile]: partitioned, "repeatable/z.sql": "alter table $s.p1 set (fillfactor = 50);\n" },
    { dryRun: "live" },
  );
  await bundle.up();
  bundle.write({ [nextFile]: "drop table $s.p1;" });
  await bundle.refresh();

  expect(await failureOf(bundle.preview())).toContain("does not exist");
  expect(await failureOf(bundle.up())).toContain("does not exist");
});
