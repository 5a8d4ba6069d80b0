import { afterAll, beforeAll, expect, test } from "vitest";
import { Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = {
  "migrations/20260101000000_schema.sql": "create schema $s;\ncreate table $s.t (id int primary key);\n",
};

test("the history is as the Supabase CLI writes it", async () => {
  const bundle = await databases.bundle({
    "migrations/20260505000000_cli.sql":
      "-- about\ncreate schema $s;\n  create table $s.t (id int); -- end\n",
  });
  await bundle.up();

  const { rows } = await bundle.sql(
    "select version, name, statements from supabase_migrations.schema_migrations where version = '20260505000000'",
  );

  expect(rows).toEqual([
    {
      version: "20260505000000",
      name: "cli",
      statements: [`create schema ${bundle.schema}`, `create table ${bundle.schema}.t (id int)`],
    },
  ]);
});

test("a baseline adopts a database that another tool migrated, and a different one is refused", async () => {
  const files = {
    "migrations/20260601000000_cli_first.sql": "create schema $s;\ncreate table $s.t (id int);\n",
    "migrations/20260602000000_cli_second.sql": "create table $s.u (id int);\n",
  };
  const bundle = await databases.bundle(files);
  await bundle.sql("create schema $s; create table $s.t (id int)");
  await bundle.sql(
    "insert into supabase_migrations.schema_migrations (version, name, statements) values ('20260601000000', 'cli_first', null)",
  );

  expect(await failureOf(bundle.up())).toMatch(
    /already applied 20260601000000[\s\S]*sql\.baseline to 20260601000000/,
  );

  bundle.inputs = { baseline: "20260602000000" };
  expect(await failureOf(bundle.up())).toMatch(/cannot be adopted[\s\S]*table s\d+\.u/);

  bundle.inputs = { baseline: "20260601000000" };
  await bundle.up();
  expect(await bundle.history()).toEqual(Object.keys(files));
  expect(await bundle.refresh()).toEqual([]);
  await bundle.sql("drop table $s.t");
  expect(await bundle.refresh()).toEqual([`live["table ${bundle.schema}.t"]`]);
});

test("the file of a migration that the Supabase CLI applied is adopted and does not run", async () => {
  const files = {
    "migrations/20260601100000_first.sql": "create schema $s;\ncreate table $s.t (id int);\n",
    "migrations/20260602100000_second.sql": "create table $s.u (id int);\n",
  };
  const bundle = await databases.bundle(files);
  await bundle.sql("create schema $s; create table $s.t (id int)");
  await bundle.sql(
    "insert into supabase_migrations.schema_migrations (version, name, statements) values ('20260601100000', 'first', array['create schema $s', 'create  table $s.t (id int) -- c'])",
  );

  await bundle.preview();
  await bundle.up();

  expect(await bundle.history()).toEqual(Object.keys(files));
  expect(await bundle.refresh()).toEqual([]);
  await bundle.sql("drop table $s.t");
  expect(await bundle.refresh()).toEqual([`live["table ${bundle.schema}.t"]`]);
});

test("a baseline is refused if another text was recorded for its version", async () => {
  const bundle = await databases.bundle(
    {
      "migrations/20260701000000_other.sql": "create schema $s;\n",
    },
    { baseline: "20260701000000" },
  );
  await bundle.sql("create schema $s");
  await bundle.sql(
    "insert into supabase_migrations.schema_migrations (version, name, statements) values ('20260701000000', 'other', array['create schema something_else'])",
  );

  expect(await failureOf(bundle.up())).toMatch(
    /other\.sql is not what was applied to this database as 20260701000000 \(statement 1 differs/,
  );
  await bundle.sql("delete from supabase_migrations.schema_migrations where version = '20260701000000'");
});

test("an edited row of the history is drift and is repaired", async () => {
  const bundle = await databases.bundle(schema);
  await bundle.up();

  await bundle.sql("update supabase_migrations.bundle_files set sha256 = 'x' where bundle = '$s'");
  expect(await bundle.refresh()).toEqual([
    'live["applied file migrations/20260101000000_schema.sql"].sha256',
  ]);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);

  await bundle.sql("delete from supabase_migrations.bundle_files where bundle = '$s'");
  await bundle.sql("delete from supabase_migrations.bundles where name = '$s'");
  expect(await bundle.refresh()).toEqual(['live["applied file migrations/20260101000000_schema.sql"]']);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
  expect(await bundle.history()).toHaveLength(1);
});

test("a recreated database is deployed again, regardless of the state", async () => {
  const bundle = await databases.bundle(schema);
  await bundle.up();
  await bundle.sql(
    "drop schema $s cascade; delete from supabase_migrations.bundle_files where bundle = '$s'; delete from supabase_migrations.bundles where name = '$s'",
  );

  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  expect((await bundle.sql("select to_regclass('$s.t') is not null as t")).rows).toEqual([{ t: true }]);
});
