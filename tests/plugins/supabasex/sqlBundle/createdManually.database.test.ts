import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { afterManualChange, Databases, expectKept, failureOf, firstFile, nextFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create extension if not exists postgres_fdw schema extensions;
create table $s.notes (id integer primary key, note text);
create type $s.money as (amount numeric, currency text);
`;
const none = "select true as ok";
const server = `create server "far $s" foreign data wrapper postgres_fdw options (host 'far')`;

/** Statements of a person that create an object, and those of a file, by default the same. */
const adopted: { name: string; manual: string; file?: string; isIn?: string }[] = [
  {
    name: "a text search configuration",
    manual: "create text search configuration $s.words (copy = simple)",
  },
  {
    name: "a text search configuration with mappings, and a dictionary",
    manual:
      "create text search dictionary $s.plain (template = simple); create text search configuration $s.words (copy = simple); alter text search configuration $s.words alter mapping for asciiword with english_stem",
  },
  {
    name: "a text search configuration with other mappings",
    manual: "create text search configuration $s.words (copy = english)",
    file: "create text search configuration $s.words (copy = simple);",
    isIn: "select to_tsvector('$s.words', 'the')::text = '''the'':1' as ok",
  },
  {
    name: "a mapping of a configuration",
    manual:
      "create text search configuration $s.words (parser = default); alter text search configuration $s.words add mapping for asciiword with simple",
  },
  {
    name: "a text search dictionary with other options",
    manual: "create text search dictionary $s.plain (template = simple, accept = false)",
    file: "create text search dictionary $s.plain (template = simple);",
  },
  {
    name: "an operator with another function",
    manual: "create operator $s.=== (leftarg = integer, rightarg = integer, function = int4ne)",
    file: "create operator $s.=== (leftarg = integer, rightarg = integer, function = int4eq);",
    isIn: "select 1 operator($s.===) 1 as ok",
  },
  {
    name: "a collation with another locale",
    manual: "create collation $s.sorted (locale = 'POSIX')",
    file: "create collation $s.sorted (locale = 'C');",
  },
  {
    name: "a cast in another context",
    manual: "create cast ($s.money as text) with inout",
    file: "create cast ($s.money as text) with inout as assignment;",
    isIn: "select castcontext = 'a' as ok from pg_cast where castsource = '$s.money'::regtype",
  },
  {
    name: "a conversion",
    manual: "create conversion $s.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
  },
  {
    name: "a server with a user and a foreign table",
    manual: `${server}; create user mapping for postgres server "far $s" options (user 'u', password 'secret'); create foreign table $s.far (id integer) server "far $s" options (table_name 'far')`,
  },
  {
    name: "a server at another address",
    manual: server.replace("'far'", "'rogue'"),
    file: `${server};`,
    isIn: "select srvoptions = '{host=far}' as ok from pg_foreign_server where srvname = 'far $s'",
  },
  {
    name: "an event trigger for another event",
    manual: `create function $s.seen() returns event_trigger language plpgsql as 'begin end'; create event trigger "seen $s" on ddl_command_start execute function $s.seen()`,
    file: `create function $s.seen() returns event_trigger language plpgsql as 'begin end';\ncreate event trigger "seen $s" on ddl_command_end execute function $s.seen();`,
    isIn: "select evtevent = 'ddl_command_end' as ok from pg_event_trigger where evtname = 'seen $s'",
  },
  {
    name: "a role that cannot log in, with privileges",
    manual: `create role "reader $s"; grant usage on schema $s to "reader $s"; grant select on $s.notes to "reader $s"`,
    file: `create role "reader $s" nologin;\ngrant usage on schema $s to "reader $s";\ngrant select on $s.notes to "reader $s";\ncreate policy reading on $s.notes to "reader $s" using (true);`,
    isIn: "select not rolcanlogin as ok from pg_roles where rolname = 'reader $s'",
  },
  {
    name: "a function with other names and results, which create or replace cannot change",
    manual: "create function $s.top(a integer) returns bigint language sql as 'select 1::bigint'",
    file: "create or replace function $s.top(b integer) returns integer language sql as 'select 1';",
    isIn: "select pg_typeof($s.top(1)) = 'integer'::regtype as ok",
  },
  {
    name: "a view with more columns, which create or replace cannot remove",
    manual: "create view $s.all_notes as select id, note from $s.notes",
    file: "create or replace view $s.all_notes as select id from $s.notes;",
  },
];

describe("a manual object that a file creates plainly belongs to the bundle, with the file's definition", () => {
  test.each(sliceOf(adopted, 4))("$name", async ({ manual, file = `${manual};`, isIn = none }) => {
    await expectKept(databases, { first: schema, manual, files: { [nextFile]: file } }, isIn);
  });
});

test("objects that are taken over and replaced are named", async () => {
  const bundle = await afterManualChange(databases, {
    first: schema,
    manual: `${server.replace("'far'", "'rogue'")}; create role "reader $s"; create cast ($s.money as text) with inout`,
    files: {
      [nextFile]: `${server};\ncreate role "reader $s";\ncreate cast ($s.money as text) with inout;`,
    },
  });
  bundle.logs = [];

  await bundle.up();

  const logs = bundle.logs.join("\n").replaceAll(bundle.schema, "$s");
  expect(logs).toContain(
    'Manual changes that a file now states, so they belong to the bundle:\n  cast ($s.money AS pg_catalog.text)\n  role "reader $s"',
  );
  expect(logs).toContain(
    'Manual changes that are gone, because their object was replaced:\n  server "far $s"',
  );
});

describe("a manual object that differs and would lose something is refused with both definitions", () => {
  test.each([
    {
      name: "an enum whose labels rows may have",
      manual: "create type $s.level as enum ('low', 'odd')",
      file: "create type $s.level as enum ('low', 'high');",
      message: /hint: It was created manually with the labels low, odd, not low, high: rename or drop it\./,
    },
    {
      name: "an enum without a schema",
      manual: "create type $s.level as enum ('low', 'odd')",
      file: "set local search_path = $s;\ncreate type level as enum ('low', 'high');",
      message: /hint: It was created manually with the labels low, odd, not low, high: rename or drop it\./,
    },
    {
      name: "an enum whose schema is not known",
      manual: "create type $s.level as enum ('low', 'odd')",
      file: "do $$ begin perform set_config('search_path', '$s', true); end $$;\ncreate type level as enum ('low', 'high');",
      message:
        /hint: An object with this name exists, but the name does not refer to this type: write the schema/,
    },
    {
      name: "an enum that a block creates only if it is missing",
      manual:
        "create type $s.level as enum ('low', 'odd'); create table $s.levels as select 'odd'::$s.level as level",
      file: "do $$ begin create type $s.level as enum ('low', 'high'); exception when duplicate_object then null; end $$;",
      message:
        /type \S+\.level: It was created manually with the labels low, odd, not low, high: rename or drop it\./,
    },
    {
      name: "a composite type that a block creates only if it is missing",
      manual: "create type $s.address as (street text, zip text)",
      file: "do $$ begin if to_regtype('$s.address') is null then create type $s.address as (street text, city text); end if; end $$;",
      message:
        /type \S+\.address: It was created manually with the attributes street, zip, not street, city: rename or drop it\./,
    },
    {
      name: "a composite type with another attribute, of which rows may have values",
      manual:
        "create type $s.address as (street text, zip text); create table $s.homes (home $s.address); insert into $s.homes values (row('a', '1'))",
      file: "create type $s.address as (street text, city text);",
      message:
        /hint: It was created manually with the attributes street, zip, not street, city: rename or drop it\./,
    },
    {
      name: "a composite type with its attributes in another order",
      manual: "create type $s.address as (zip text, street text)",
      file: "create type $s.address as (street text, zip text);",
      message:
        /hint: It was created manually with the attributes zip, street, not street, zip: rename or drop it\./,
    },
    {
      name: "a range of another type",
      manual: "create type $s.span as range (subtype = bigint)",
      file: "create type $s.span as range (subtype = integer);",
      message: /type \w+\.span: subtype is bigint instead of integer/,
    },
    {
      name: "a text search configuration that an index uses",
      manual:
        "create text search configuration $s.words (copy = english); create index on $s.notes using gin (to_tsvector('$s.words', note))",
      file: "create text search configuration $s.words (copy = simple);",
      message:
        /cannot drop text search configuration \w+\.words because other objects depend on it[\s\S]*created manually with another definition than this file's/,
    },
    {
      name: "a role with a password, which cannot be compared",
      manual: `create role "reader $s" login`,
      file: `create role "reader $s" login password 'secret';`,
      message: /role "reader \w+" already exists[\s\S]*create it only if pg_roles does not have it/,
    },
    {
      name: "a role that can log in, whose password is not visible, and that is a member of another",
      manual: `create role "reader $s" login password 'known'; grant service_role to "reader $s"`,
      file: `create role "reader $s" login;`,
      message:
        /hint: It exists already and can log in, possibly with a known password and is a member of service_role\. Roles belong to the whole server/,
    },
    {
      name: "a role with other attributes",
      manual: `create role "reader $s" noinherit`,
      file: `create role "reader $s";`,
      message: /hint: It exists already and has other attributes than this file's\. Roles belong/,
    },
    {
      name: "a role with settings",
      manual: `create role "reader $s"; alter role "reader $s" set work_mem = '5MB'`,
      file: `create role "reader $s";`,
      message: /hint: It exists already and has settings\. Roles belong/,
    },
  ])("$name", async ({ manual, file, message }) => {
    const bundle = await afterManualChange(databases, { first: schema, manual, files: { [nextFile]: file } });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(message);
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).toEqual([firstFile]);
  });
});

test("negative control: an object that two migrations of the bundle create is refused", async () => {
  const create = "create text search configuration $s.words (copy = simple);";
  const bundle = await databases.bundle({ [firstFile]: `${schema}${create}` }, { dryRun: "live" });
  await bundle.up();
  bundle.write({ [nextFile]: create });

  const preview = await failureOf(bundle.preview());

  expect(preview).toMatch(/already exists\.\n {2}hint: It already exists: change it with an alter statement/);
  expect(await failureOf(bundle.up())).toBe(preview);
});

test("negative control: a server, a cast and a role that no file creates stay foreign", async () => {
  const bundle = await afterManualChange(databases, {
    first: schema,
    manual: `${server}; create role "reader $s"; create cast ($s.money as text) with inout`,
    files: { [nextFile]: "create text search configuration $s.words (copy = simple);" },
    inputs: { prune: "drop" },
  });

  await bundle.up();

  const { rows } = await bundle.sql(
    `select (select count(*) from pg_foreign_server where srvname = 'far $s') as servers,
       (select count(*) from pg_roles where rolname = 'reader $s') as roles,
       (select count(*) from pg_cast where castsource = '$s.money'::regtype) as casts`,
  );
  expect(rows).toEqual([{ servers: "1", roles: "1", casts: "1" }]);
  expect(bundle.logs.join("\n")).not.toContain("belong to the bundle");
});
