import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { afterManualChange, Databases, expectKept, failureOf, firstFile, nextFile } from "./support";

// What a migration does outside of a transaction, and somebody has already done manually.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const later = "migrations/20260103000000_later.sql";
const schema = `create schema $s;
create table $s.events (id integer not null, kind text not null) partition by list (kind);
create table $s.events_a partition of $s.events for values in ('a');
create table $s.events_b (id integer not null, kind text not null);
create table $s.others (id integer not null, kind text not null) partition by list (kind);
create table $s.days (day date not null, n integer) partition by range (day);
create table $s.days_1 partition of $s.days for values from ('2026-01-01') to ('2026-02-01');
insert into $s.days values ('2026-01-07', 7);
create table $s.notes (id integer primary key, code text not null);
create index notes_code on $s.notes (code);
create unique index notes_key on $s.notes (code);
`;

const detach = "-- no transaction\nalter table $s.events detach partition $s.events_a concurrently;";
const detachDay = "-- no transaction\nalter table $s.days detach partition $s.days_1 concurrently;";
const isDetached = (name: string) =>
  `select not relispartition as ok from pg_class where oid = '${name}'::regclass`;
const isGone = (name: string) => `select to_regclass('${name}') is null as ok`;

describe("work that was done manually counts as done", () => {
  test.each([
    {
      name: "a partition is detached concurrently",
      hand: "alter table $s.events detach partition $s.events_a concurrently",
      files: { [nextFile]: detach },
      isIn: isDetached("$s.events_a"),
    },
    {
      name: "a partition with rows is detached without concurrently, so that its check constraint is missing",
      hand: "alter table $s.days detach partition $s.days_1",
      files: { [nextFile]: detachDay, [later]: "comment on table $s.days_1 is 'Old.';" },
      isIn: "select count(*) = 1 as ok from pg_constraint where conrelid = '$s.days_1'::regclass and contype = 'c'",
    },
    {
      name: "a partition is dropped that files detach and drop",
      hand: "drop table $s.days_1",
      files: { [nextFile]: detachDay, [later]: "drop table $s.days_1;" },
      isIn: isGone("$s.days_1"),
    },
    {
      name: "an index is dropped",
      hand: "drop index $s.notes_code",
      files: { [nextFile]: "-- no transaction\ndrop index concurrently $s.notes_code;" },
      isIn: isGone("$s.notes_code"),
    },
    {
      name: "a unique index is dropped, and rows have the same key since",
      hand: "drop index $s.notes_key; insert into $s.notes values (1, 'a'), (2, 'a')",
      files: { [nextFile]: "-- no transaction\ndrop index concurrently $s.notes_key;" },
      isIn: isGone("$s.notes_key"),
    },
  ])("$name", async ({ hand, files, isIn }) => {
    await expectKept(databases, { first: schema, hand, files }, isIn);
  });
});

describe("negative control: another change is not the work, in preview and up", () => {
  test.each([
    {
      name: "a table that never was a partition",
      hand: "select 1",
      file: "alter table $s.events detach partition $s.events_b concurrently",
      message: /"events_b" is not a partition of/,
    },
    {
      name: "a partition that was attached to another table",
      hand: "alter table $s.events detach partition $s.events_a; alter table $s.others attach partition $s.events_a for values in ('a')",
      file: "alter table $s.events detach partition $s.events_a concurrently",
      message: /"events_a" is not a partition of/,
    },
    {
      name: "a partition that was detached from another table than the file names",
      hand: "alter table $s.events detach partition $s.events_a",
      file: "alter table $s.others detach partition $s.events_a concurrently",
      message: /"events_a" is not a partition of/,
    },
    {
      name: "another index than the one that was dropped",
      hand: "drop index $s.notes_key; insert into $s.notes values (1, 'a'), (2, 'a')",
      file: "drop index concurrently $s.notes_keys",
      message: /index "notes_keys" does not exist/,
    },
    {
      name: "a table with the name in a drop of an index",
      hand: "select 1",
      file: "drop index concurrently $s.notes",
      message: /"notes" is not an index/,
    },
  ])("$name", async ({ hand, file, message }) => {
    const files = { [nextFile]: `-- no transaction\n${file};` };
    const bundle = await afterManualChange(databases, { first: schema, hand, files });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(message);
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).toEqual([firstFile]);
  });
});
