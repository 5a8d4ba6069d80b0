import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { afterManualChange, Databases, expectKept, failureOf, firstFile, nextFile } from "./support";

// Outside of the schemas and tables that the bundle created, a manual object is foreign until a file creates it.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.notes (id integer primary key, note text);
create function $s.touch() returns trigger language plpgsql as 'begin return new; end';
`;

const cases: { name: string; manual: string; file: string; isIn: string }[] = [
  {
    name: "a table with rows in public, with another default, and its row-level security",
    manual: `create table public."t $s" (id integer constraint "k $s" primary key, note text default 'x'); insert into public."t $s" values (1); alter table public."t $s" enable row level security`,
    file: `create table public."t $s" (id integer constraint "k $s" primary key, note text default 'y');\nalter table public."t $s" enable row level security;`,
    isIn: `select count(*) = 1 and (select relrowsecurity from pg_class where oid = 'public."t $s"'::regclass) as ok from public."t $s"`,
  },
  {
    name: "a view in public with another query",
    manual: `create view public."v $s" as select id from $s.notes`,
    file: `create view public."v $s" as select note from $s.notes;`,
    isIn: `select count(*) = 1 as ok from pg_attribute where attrelid = 'public."v $s"'::regclass and attname = 'note'`,
  },
  {
    name: "a function in public, beside another one with its name",
    manual: `create function public."f $s"(n integer) returns integer language sql as 'select n'`,
    file: `create function public."f $s"(n integer) returns integer language sql as 'select n';`,
    isIn: `select public."f $s"(7) = 7 as ok`,
  },
];

describe("a manual object in a foreign schema or on a foreign table belongs to the bundle if a file creates it", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ manual, file, isIn }) => {
    await expectKept(databases, { first: schema, manual, files: { [nextFile]: file } }, isIn);
  });
});

/** Each bundle with a policy on such a table would prune that of the other, so nothing is compared with an empty database. */
const ofPlatform: typeof cases = [
  {
    name: "a policy on a table of the platform, with other roles",
    manual: `create policy "p $s" on storage.objects for select to anon using (true)`,
    file: `create policy "p $s" on storage.objects for select to authenticated using (bucket_id = 'x');`,
    isIn: "select roles = '{authenticated}' as ok from pg_policies where policyname = 'p $s'",
  },
  {
    name: "a trigger on a table of the platform",
    manual: `create trigger "t $s" after insert on auth.users for each row execute function $s.touch()`,
    file: `create trigger "t $s" after insert on auth.users for each row execute function $s.touch();`,
    isIn: "select count(*) = 1 as ok from pg_trigger where tgname = 't $s'",
  },
];

describe("a manual part of a table of the platform belongs to the bundle if a file creates it", () => {
  test.each(ofPlatform)("$name", async ({ manual, file, isIn }) => {
    const bundle = await afterManualChange(databases, { first: schema, manual, files: { [nextFile]: file } });

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect((await bundle.sql(isIn)).rows).toEqual([{ ok: true }]);
    expect(await bundle.refresh()).toEqual([]);
    expect(await bundle.up()).toBe(false);
  });
});

test("a function that a file only replaces belongs to the bundle, and another one of its name does not", async () => {
  const create = (type: string) =>
    `create or replace function public."f $s"(n ${type}) returns integer language sql as 'select 1'`;
  const bundle = await afterManualChange(databases, {
    first: schema,
    manual: `${create("integer")}; ${create("text")}`,
    files: { [nextFile]: `${create("integer")};` },
  });

  await bundle.up();

  const name = `public.\\"f ${bundle.schema}\\"`;
  expect(bundle.logs.join("\n")).toContain(`function public."f ${bundle.schema}"(integer)`);
  await bundle.sql(
    `${create("integer").replace("select 1", "select 7")}; ${create("text").replace("select 1", "select 7")}`,
  );
  expect(await bundle.refresh()).toEqual([`live["function ${name}(integer)"].body`]);
  await bundle.up();
  expect(
    (await bundle.sql(`select public."f $s"(1) as one, public."f $s"('x'::text) as other`)).rows,
  ).toEqual([{ one: 1, other: 7 }]);
});

test("a function without a schema that a file replaces in public belongs to the bundle", async () => {
  const create = `create or replace function "f $s"() returns integer language sql as`;
  const bundle = await afterManualChange(databases, {
    first: schema,
    manual: `${create.replace('"f', 'public."f')} 'select 1'`,
    files: { [nextFile]: `${create} 'select 2';` },
  });
  bundle.logs = [];

  await bundle.up();

  expect(bundle.logs.join("\n")).toContain(`function public."f ${bundle.schema}"()`);
});

test("a dry run leaves out a file if undoing a manual object would block readers of a large table", async () => {
  const bundle = await afterManualChange(databases, {
    first: schema,
    manual: `create table public."big $s" (id integer); insert into public."big $s" values (1)`,
    files: {
      [nextFile]: `create table public."big $s" (id integer);`,
      "migrations/20260103000000_other.sql": "create table $s.other (id integer);",
    },
  });
  bundle.inputs = { ...bundle.inputs, limits: { dryRunMaxTableMegabytes: 0 } };
  bundle.logs = [];

  await bundle.preview();

  const log = bundle.logs.join("\n");
  expect(log).toMatch(
    /next\.sql +new: not in the dry run, because it would block reads of public\."big \w+" \(0 MB\) until the rollback; sql\.dryRunMaxTableMegabytes is 0/,
  );
  expect(log).toMatch(/other\.sql +new\n/);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});

test("negative control: an object of another bundle is refused, in preview and up", async () => {
  const create = (name: string) => `create table public."shared ${name}" (id integer primary key);`;
  const other = await databases.bundle({ [firstFile]: `${schema}${create("$s")}` }, { dryRun: "live" });
  await other.up();
  const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
  await bundle.up();
  bundle.write({ "migrations/20260104000000_next.sql": create(other.schema) });

  const preview = await failureOf(bundle.preview());

  expect(preview).toMatch(/relation "shared \w+" already exists/);
  expect(await failureOf(bundle.up())).toBe(preview);
  expect(await other.refresh()).toEqual([]);
});
