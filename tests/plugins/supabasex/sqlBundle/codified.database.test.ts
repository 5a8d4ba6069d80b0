import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { codifiedChanges } from "./codifiedCases";
import {
  afterManualChange,
  Databases,
  differencesFromEmpty,
  expectDeployed,
  expectKept,
  failureOf,
  firstFile,
  nextFile,
} from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
grant create on schema $s to service_role;
create table $s.alerts (id integer primary key, level integer not null, note text);
create table $s.events (id integer primary key, note text);
create index alerts_level on $s.alerts (level);
create function $s.limit_of(level integer) returns integer language sql immutable as $$ select level $$;
create view $s.open_alerts as select id from $s.alerts;
create publication "alerts $s";
create type $s.mood as enum ('good', 'bad');
`;

describe("a manual change that a file states afterwards is kept and belongs to the bundle", () => {
  test.each(sliceOf(codifiedChanges, 4))("$name", async ({ manual, file, path = nextFile, isIn }) => {
    await expectKept(databases, { first: schema, manual, files: { [path]: file } }, isIn);
  });
});

test("negative control: a manual change that no file states is reverted", async () => {
  const bundle = await databases.bundle({ [firstFile]: schema });
  await bundle.up();
  await bundle.sql("alter table $s.alerts enable row level security");
  bundle.write({ [nextFile]: "comment on table $s.alerts is 'Alerts.';" });

  await bundle.up();

  expect(
    (await bundle.sql("select relrowsecurity as rls from pg_class where oid = '$s.alerts'::regclass")).rows,
  ).toEqual([{ rls: false }]);
});

test("adopted objects are named, and other manual objects are not adopted", async () => {
  const bundle = await databases.bundle({ [firstFile]: schema });
  await bundle.up();
  await bundle.sql("alter table $s.alerts enable row level security");
  await bundle.sql("create policy rogue on $s.alerts using (true)");
  bundle.write({ [nextFile]: "alter table $s.alerts enable row level security;" });

  await bundle.up();

  expect(bundle.logs.join("\n")).toContain(
    `Manual changes that a file now states, so they belong to the bundle:\n  table ${bundle.schema}.alerts`,
  );
  expect(await bundle.refresh()).toEqual([`live["policy ${bundle.schema}.alerts rogue"]`]);
});

test("a file that works only because of a manual change is refused, in preview and up", async () => {
  const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
  await bundle.up();
  await bundle.sql("alter table $s.alerts add column points integer");
  bundle.write({ [nextFile]: "alter table $s.alerts alter column points set default 1;" });
  await bundle.refresh();

  const preview = await failureOf(bundle.preview());

  expect(preview).toMatch(/next\.sql:1:1: column "points" of relation "alerts" does not exist/);
  expect(preview).toContain("it would fail on a new environment too");
  expect(await failureOf(bundle.up())).toBe(preview);
});

describe("a manual object that cannot be adopted is refused in preview and up, and kept", () => {
  test.each([
    {
      name: "a column of another type",
      manual: "alter table $s.alerts add column points bigint",
      file: "alter table $s.alerts add column points integer;",
      message: /column \w+\.alerts points: type is bigint instead of integer/,
    },
    {
      name: "a label of an enum at another place",
      manual: "alter type $s.mood add value 'so so'",
      file: "alter type $s.mood add value 'so so' before 'bad';",
      message: /type \w+\.mood: labels is \["good","bad","so so"\] instead of \["good","so so","bad"\]/,
    },
    {
      name: "a table that lacks a column",
      manual: "create table $s.notes (id integer primary key)",
      file: "create table $s.notes (id integer primary key, note text);",
      message: /column \w+\.notes note: it is missing/,
    },
    {
      name: "a table that a block creates",
      manual: "create table $s.notes (id integer primary key)",
      file: "do $$ begin create table $s.notes (id integer primary key); end $$;",
      message: /next\.sql:1:1: relation "notes" already exists[\s\S]*created manually and contains data/,
    },
    {
      name: "statements before an error in the same file: the error is reported",
      manual: "create policy own on $s.alerts using (true)",
      file: "create policy own on $s.alerts using (true);\nselect 1 / 0;",
      message: /next\.sql:2:1: division by zero/,
    },
  ])("$name", async ({ manual, file, message }) => {
    const bundle = await afterManualChange(databases, { first: schema, manual, files: { [nextFile]: file } });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(message);
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).toEqual([firstFile]);
  });
});

describe("what a block drops depends on a manual object", () => {
  const unless = (name: string, drop: string) =>
    `do $$ begin if to_regclass('$s.${name}') is null then ${drop}; end if; end $$;`;

  test.each([
    { name: "a table", drop: "drop table $s.events", kept: "table $s.events" },
    { name: "a column", drop: "alter table $s.alerts drop column note", kept: "column $s.alerts note" },
    { name: "a type", drop: "drop type $s.mood", kept: "type $s.mood" },
  ])("$name that stays is refused, in preview and up", async ({ drop, kept }) => {
    const bundle = await afterManualChange(databases, {
      first: schema,
      manual: "create table $s.mark (id integer)",
      files: { [nextFile]: unless("mark", drop) },
    });

    const preview = await failureOf(bundle.preview());

    expect(preview).toBe(
      [
        "Without the manual changes in this database, the files drop these objects; here they did not:",
        `  ${kept.replace("$s", bundle.schema)}`,
        "  Undo the manual change on which the file depends, or write the file so that it always drops them.",
      ].join("\n"),
    );
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).toEqual([firstFile]);
  });

  test("an index that stays is dropped", async () => {
    const bundle = await afterManualChange(databases, {
      first: schema,
      manual: "create index alerts_note on $s.alerts (note)",
      files: {
        [nextFile]: `${unless("alerts_note", "drop index $s.alerts_level")}\ncreate index alerts_note on $s.alerts (note);`,
      },
    });

    await expectDeployed(databases, bundle);

    expect((await bundle.sql("select to_regclass('$s.alerts_level') as found")).rows).toEqual([
      { found: null },
    ]);
  });
});

test("a later file can use an enum label that was added manually", async () => {
  const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
  await bundle.up();
  await bundle.sql("alter type $s.mood add value 'so so' after 'good'");
  await bundle.sql("alter table $s.alerts enable row level security");
  bundle.write({
    [nextFile]:
      "alter type $s.mood add value 'so so' after 'good';\nalter table $s.alerts enable row level security;",
    "migrations/20260103000000_use.sql": "alter table $s.alerts add column mood $s.mood default 'so so';",
  });
  await bundle.refresh();

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
});

test("a manual object that other manual objects depend on is adopted, and the others are not", async () => {
  const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
  await bundle.up();
  await bundle.sql("create view $s.levels as select level from $s.alerts");
  await bundle.sql("create view $s.high as select level from $s.levels where level > 7");
  bundle.write({ [nextFile]: "create view $s.levels as select level from $s.alerts;" });
  await bundle.refresh();

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect(await bundle.refresh()).toEqual([`live["view ${bundle.schema}.high"]`]);
});

test("if a later migration fails, the next up does not revert a manual change that an earlier one adopted", async () => {
  const failing = "migrations/20260103000000_failing.sql";
  const bundle = await databases.bundle({ [firstFile]: schema });
  await bundle.up();
  await bundle.sql("alter table $s.alerts enable row level security");
  await bundle.sql("create policy own on $s.alerts using (level > 7)");
  bundle.write({
    [nextFile]:
      "alter table $s.alerts enable row level security;\ncreate policy own on $s.alerts using (level > 7);",
    [failing]: "select 1 / 0;",
  });
  expect(await failureOf(bundle.up())).toMatch(/failing\.sql:1:1: division by zero/);
  expect(await bundle.history()).toEqual([firstFile, nextFile]);
  bundle.write({ [failing]: "select 1;" });

  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  const { rows } = await bundle.sql(
    "select relrowsecurity as rls from pg_class where oid = '$s.alerts'::regclass",
  );
  expect(rows).toEqual([{ rls: true }]);
});
