import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { afterManualChange, Databases, expectKept, failureOf, firstFile, nextFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create schema "$s archive";
create table $s.events (id integer not null, kind text not null, primary key (id, kind)) partition by list (kind);
create index events_kind on $s.events (kind);
create table $s.events_a partition of $s.events for values in ('a');
create table $s.events_b (id integer not null, kind text not null, note text default 'b');
alter table $s.events_b drop column note;
create table $s.days (day date not null, n integer) partition by range (day);
create table $s.days_1 partition of $s.days for values from ('2026-01-01') to ('2026-02-01');
create table $s.alerts (id integer primary key, code text not null, twice integer generated always as (id * 2) stored);
insert into $s.alerts (id, code) values (1, 'a'), (2, 'b');
create table $s.notes (id integer primary key, note text);
insert into $s.notes values (1, 'a');
create table $s.logs (id integer primary key references $s.notes);
create sequence $s.counter;
create table $s.prices (id integer generated always as identity, price integer, old integer);
insert into $s.prices (price) values (2);
create type $s.mood as enum ('good', 'bad');
create domain $s.code as text check (value <> '');
create function $s.top(n integer) returns integer language sql as 'select n';
create function $s.top(n text) returns text language sql as 'select n';
create procedure $s.run() language sql as 'select 1';
create aggregate $s.total (integer) (sfunc = int4pl, stype = integer);
create view $s.codes as select code from $s.alerts;
create materialized view $s.ids as select id from $s.alerts;
create policy own on $s.alerts using (true);
create publication "notes $s" for table $s.notes;
`;

const isPartition = (name: string) =>
  `select relispartition as ok from pg_class where oid = '${name}'::regclass`;
const isGone = (name: string) => `select to_regclass('${name}') is null as ok`;

/** A manual change, and a migration that does the same afterwards. */
const cases: { name: string; manual: string; file: string; isIn: string }[] = [
  {
    name: "a partition is attached",
    manual: "alter table $s.events attach partition $s.events_b for values in ('b')",
    file: "alter table $s.events attach partition $s.events_b for values in ('b');",
    isIn: isPartition("$s.events_b"),
  },
  {
    name: "a partition is attached that the file creates with a different spelling",
    manual:
      "create table $s.days_2 (day date not null, n integer); alter table $s.days attach partition $s.days_2 for values from ('2026-02-01') to ('2026-03-01')",
    file: "create table $s.days_2 (like $s.days);\n-- ä (\nalter table $s.days attach partition $s.days_2\n  for values from ('2026-02-01'::date) to (date '2026-02-01' + 28);",
    isIn: isPartition("$s.days_2"),
  },
  {
    name: "a partition with rows is created",
    manual:
      "create table $s.days_2 partition of $s.days for values from ('2026-02-01') to ('2026-03-01'); insert into $s.days values ('2026-02-07', 7)",
    file: "create table $s.days_2 partition of $s.days for values from ('2026-02-01') to ('2026-03-01');\ncreate table $s.days_rest partition of $s.days default;",
    isIn: "select count(*) = 1 as ok from $s.days_2",
  },
  {
    name: "a partition is detached",
    manual: "alter table $s.events detach partition $s.events_a",
    file: "alter table $s.events detach partition $s.events_a;",
    isIn: "select not relispartition as ok from pg_class where oid = '$s.events_a'::regclass",
  },
  {
    name: "a partition is detached and dropped",
    manual: "drop table $s.days_1",
    file: "alter table $s.days detach partition $s.days_1;\ndrop table $s.days_1;",
    isIn: isGone("$s.days_1"),
  },
  {
    name: "a partition is dropped, and another table is not",
    manual: "drop table $s.events_a",
    file: "drop table $s.logs, $s.events_a;",
    isIn: isGone("$s.events_a"),
  },
  {
    name: "a table with rows is dropped",
    manual: "drop table $s.notes cascade",
    file: "drop table $s.notes cascade;",
    isIn: isGone("$s.notes"),
  },
  {
    name: "two tables are dropped, of which one was dropped",
    manual: "drop table $s.logs",
    file: "drop table $s.notes, /* , */ $s.logs cascade;",
    isIn: isGone("$s.notes"),
  },
  {
    name: "a table is dropped after a comment and a policy",
    manual: "drop view $s.codes; drop table $s.alerts cascade",
    file: "comment on table $s.alerts is 'Old.';\ndrop policy own on $s.alerts;\ndrop view $s.codes;\ndrop materialized view $s.ids;\ndrop table $s.alerts;",
    isIn: isGone("$s.alerts"),
  },
  {
    name: "a view and a materialized view are dropped",
    manual: "drop view $s.codes; drop materialized view $s.ids",
    file: "drop view $s.codes;\ndrop materialized view $s.ids;",
    isIn: isGone("$s.ids"),
  },
  {
    name: "two overloads are dropped, of which one was dropped, and a procedure",
    manual: "drop function $s.top(text); drop procedure $s.run",
    file: "drop function $s.top(text);\ndrop function $s.top(integer);\ndrop procedure $s.run();",
    isIn: "select count(*) = 0 as ok from pg_proc where pronamespace = '$s'::regnamespace and proname in ('top', 'run')",
  },
  {
    name: "a sequence, a type and a domain are dropped",
    manual: "drop sequence $s.counter; drop type $s.mood; drop domain $s.code",
    file: "drop sequence $s.counter;\ndrop type $s.mood;\ndrop domain $s.code;",
    isIn: "select to_regtype('$s.mood') is null as ok",
  },
  {
    name: "a publication and a schema are dropped",
    manual: `drop publication "notes $s"; drop schema "$s archive"`,
    file: `drop publication "notes $s";\ndrop schema "$s archive";`,
    isIn: `select to_regnamespace('"$s archive"') is null as ok`,
  },
  {
    name: "a required column is dropped, and another one is added",
    manual: "alter table $s.alerts drop column code cascade",
    file: "alter table $s.alerts add column level integer, drop column code cascade, drop column twice;",
    isIn: "select count(*) = 2 as ok from pg_attribute where attrelid = '$s.alerts'::regclass and attnum > 0 and not attisdropped",
  },
  {
    name: "a column is no longer generated",
    manual: "alter table $s.alerts alter column twice drop expression",
    file: "alter table $s.alerts alter column twice drop expression;",
    isIn: "select attgenerated = '' as ok from pg_attribute where attrelid = '$s.alerts'::regclass and attname = 'twice'",
  },
  {
    name: "a table and a column are renamed",
    manual: "alter table $s.notes rename to remarks; alter table $s.remarks rename column note to remark",
    file: "alter table $s.notes rename to remarks;\nalter table $s.remarks rename column note to remark;",
    isIn: "select count(*) = 1 as ok from $s.remarks where remark = 'a'",
  },
  {
    name: "a column's type is changed without an expression, and a sequence's maximum, before a rename",
    manual:
      "alter table $s.notes alter column note type varchar; alter table $s.notes rename column note to remark; alter sequence $s.counter maxvalue 9; alter sequence $s.counter rename to counted",
    file: "alter table $s.notes alter column note type varchar;\nalter table $s.notes rename column note to remark;\nalter sequence $s.counter maxvalue 9;\nalter sequence $s.counter rename to counted;",
    isIn: "select count(*) = 1 as ok from $s.notes where remark = 'a'",
  },
  {
    name: "a column is dropped in a statement that also computes values",
    manual: "alter table $s.prices drop column old",
    file: "alter table $s.prices drop column old, alter column price type integer using price * 100;",
    isIn: "select price = 200 as ok from $s.prices",
  },
  {
    name: "a table is moved to another schema",
    manual: `alter table $s.logs set schema "$s archive"`,
    file: `alter table $s.logs set schema "$s archive";`,
    isIn: `select to_regclass('"$s archive".logs') is not null as ok`,
  },
  {
    name: "an aggregate is dropped, whose content is not read",
    manual: "drop aggregate $s.total(integer)",
    file: "drop aggregate $s.total(integer);",
    isIn: "select count(*) = 0 as ok from pg_proc where pronamespace = '$s'::regnamespace and proname = 'total'",
  },
];

function change(manual: string, file: string) {
  return { first: schema, manual, files: { [nextFile]: file } };
}

describe("a statement whose work was done manually counts as done", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ manual, file, isIn }) => {
    await expectKept(databases, change(manual, file), isIn);
  });
});

describe("changes that the catalog does not show run, even if the rename after them was done manually", () => {
  test.each([
    {
      name: "values are computed",
      manual: "alter table $s.prices rename column price to cents",
      file: "alter table $s.prices alter column price type integer using price * 100;\nalter table $s.prices rename column price to cents;",
      isIn: "select cents = 200 as ok from $s.prices",
    },
    {
      name: "values are computed in a statement with a command that was done",
      manual: "alter table $s.prices drop column old; alter table $s.prices rename column price to cents",
      file: "alter table $s.prices drop column old, alter column price type integer using price * 100;\nalter table $s.prices rename column price to cents;",
      isIn: "select cents = 200 as ok from $s.prices",
    },
    {
      name: "a sequence is restarted",
      manual: "alter sequence $s.counter rename to counted",
      file: "alter sequence $s.counter restart 1000;\nalter sequence $s.counter rename to counted;",
      isIn: "select nextval('$s.counted') = 1000 as ok",
    },
    {
      name: "an identity column is restarted",
      manual: "alter table $s.prices rename column id to number",
      file: "alter table $s.prices alter column id restart 1000;\nalter table $s.prices rename column id to number;",
      isIn: "insert into $s.prices (price) values (3) returning number = 1000 as ok",
    },
  ])("$name", async ({ manual, file, isIn }) => {
    const bundle = await afterManualChange(databases, change(manual, file));

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect((await bundle.sql(isIn)).rows).toEqual([{ ok: true }]);
    expect(await bundle.refresh()).toEqual([]);
  });
});

describe("a different state is reported in one sentence, in preview and up", () => {
  test.each([
    {
      name: "attached for other rows",
      manual: "alter table $s.events attach partition $s.events_b for values in ('c')",
      file: "alter table $s.events attach partition $s.events_b for values in ('b');",
      hint: "$s.events_b was manually made a partition of $s.events FOR VALUES IN ('c'), not of $s.events FOR VALUES IN ('b'): detach it (alter table $s.events detach partition $s.events_b).",
    },
    {
      name: "a partition of other rows was created",
      manual: "create table $s.days_2 partition of $s.days for values from ('2026-02-01') to ('2026-02-15')",
      file: "create table $s.days_2 partition of $s.days for values from ('2026-02-01') to ('2026-03-01');",
      hint: "$s.days_2 was manually made a partition of $s.days FOR VALUES FROM ('2026-02-01') TO ('2026-02-15'), not of $s.days FOR VALUES FROM ('2026-02-01') TO ('2026-03-01'): detach it (alter table $s.days detach partition $s.days_2).",
    },
    {
      name: "a table with the name of a partition was created",
      manual: "create table $s.days_2 (day date not null, n integer)",
      file: "create table $s.days_2 partition of $s.days for values from ('2026-02-01') to ('2026-03-01');",
      hint: "It was created manually, and is not a partition of $s.days: drop or rename it.",
    },
    {
      name: "a dropped table is read",
      manual: "drop table $s.notes cascade",
      file: "insert into $s.alerts (id, code) select id, note from $s.notes;\ndrop table $s.notes cascade;",
      hint: "It was dropped, renamed or changed manually: undo the change, or write the statement so that it succeeds either way.",
    },
  ])("$name", async ({ manual, file, hint }) => {
    const bundle = await afterManualChange(databases, change(manual, file));

    const preview = await failureOf(bundle.preview());

    expect(preview).toContain(`  hint: ${hint.replaceAll("$s", bundle.schema)}`);
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).toEqual([firstFile]);
  });
});

describe("negative control: a statement that an empty database refuses is refused here", () => {
  test.each([
    {
      name: "a partition that a file attached before",
      manual: "select 1",
      file: "alter table $s.events attach partition $s.events_a for values in ('a');",
      message: /"events_a" is already a partition/,
    },
    {
      name: "a table that no file ever created",
      manual: "create table $s.scratch (id integer); drop table $s.scratch",
      file: "drop table $s.scratch;",
      message: /table "scratch" does not exist/,
    },
    {
      name: "a table that was never a partition",
      manual: "select 1",
      file: "alter table $s.events detach partition $s.events_b;",
      message: /relation "events_b" is not a partition of relation "events"/,
    },
    {
      name: "a function with other arguments than the one that was dropped",
      manual: "drop function $s.top(text)",
      file: "drop function $s.top(boolean);",
      message: /function s\d+\.top\(boolean\) does not exist/,
    },
    {
      name: "an aggregate with other arguments than the one that was dropped",
      manual: "drop aggregate $s.total(integer)",
      file: "drop aggregate $s.total(bigint);",
      message: /aggregate s\d+\.total\(bigint\) does not exist/,
    },
    {
      name: "a function with the name and arguments of an aggregate that was dropped",
      manual: "drop aggregate $s.total(integer)",
      file: "drop function $s.total(integer);",
      message: /function s\d+\.total\(integer\) does not exist/,
    },
    {
      name: "a materialized view with the name of a view that was dropped",
      manual: "drop view $s.codes",
      file: "drop materialized view $s.codes;",
      message: /"(s\d+\.)?codes" (is not a materialized view|does not exist)/,
    },
  ])("$name", async ({ manual, file, message }) => {
    const bundle = await afterManualChange(databases, change(manual, file));

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(message);
    expect(await failureOf(bundle.up())).toBe(preview);
  });
});

test.each([
  {
    name: "with its file",
    file: "create or replace function $s.f() returns integer language sql as 'select 1';",
  },
  { name: "whose file is removed", file: undefined },
])(
  "negative control: a repeatable's object does not exist yet on an empty database, $name",
  async ({ file }) => {
    const path = "repeatable/f.sql";
    const bundle = await databases.bundle(
      {
        [firstFile]: "create schema $s;",
        [path]: "create or replace function $s.f() returns integer language sql as 'select 1';",
      },
      { dryRun: "live" },
    );
    await bundle.up();
    await bundle.sql("drop function $s.f()");
    bundle.write({ [path]: file, [nextFile]: "drop function $s.f();" });
    await bundle.refresh();

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(/next\.sql:1:1: function \w+\.f\(\) does not exist/);
    expect(await failureOf(bundle.up())).toBe(preview);
  },
);
