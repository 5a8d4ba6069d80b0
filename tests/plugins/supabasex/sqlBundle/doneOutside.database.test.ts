import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { afterManualChange, Databases, expectKept, failureOf, firstFile, nextFile } from "./support";

// Work that a migration does outside of a transaction, and that was already done manually.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.events (id integer not null, kind text not null) partition by list (kind);
create table $s.events_a partition of $s.events for values in ('a');
create table $s.events_b (id integer not null, kind text not null);
create table $s.others (id integer not null, kind text not null) partition by list (kind);
create table $s.notes (id integer primary key, code text not null);
create index notes_code on $s.notes (code);
create unique index notes_key on $s.notes (code);
`;

const isGone = (name: string) => `select to_regclass('${name}') is null as ok`;

describe("work that was done manually counts as done", () => {
  test.each([
    {
      name: "an index is dropped",
      manual: "drop index $s.notes_code",
      files: { [nextFile]: "-- no transaction\ndrop index concurrently $s.notes_code;" },
      isIn: isGone("$s.notes_code"),
    },
    {
      name: "a unique index is dropped, and rows have the same key since",
      manual: "drop index $s.notes_key; insert into $s.notes values (1, 'a'), (2, 'a')",
      files: { [nextFile]: "-- no transaction\ndrop index concurrently $s.notes_key;" },
      isIn: isGone("$s.notes_key"),
    },
  ])("$name", async ({ manual, files, isIn }) => {
    await expectKept(databases, { first: schema, manual, files }, isIn);
  });
});

describe("negative control: another change is not the work, in preview and up", () => {
  test.each([
    {
      name: "a table that never was a partition",
      manual: "select 1",
      file: "alter table $s.events detach partition $s.events_b concurrently",
      message: /"events_b" is not a partition of/,
    },
    {
      name: "a partition that was attached to another table",
      manual:
        "alter table $s.events detach partition $s.events_a; alter table $s.others attach partition $s.events_a for values in ('a')",
      file: "alter table $s.events detach partition $s.events_a concurrently",
      message: /"events_a" is not a partition of/,
    },
    {
      name: "a partition that was detached manually, because its check constraint may be missing",
      manual: "alter table $s.events detach partition $s.events_a",
      file: "alter table $s.events detach partition $s.events_a concurrently",
      message: /"events_a" is not a partition of/,
    },
    {
      name: "a partition that was detached from another table than the file names",
      manual: "alter table $s.events detach partition $s.events_a",
      file: "alter table $s.others detach partition $s.events_a concurrently",
      message: /"events_a" is not a partition of/,
    },
    {
      name: "another index than the one that was dropped",
      manual: "drop index $s.notes_key; insert into $s.notes values (1, 'a'), (2, 'a')",
      file: "drop index concurrently $s.notes_keys",
      message: /index "notes_keys" does not exist/,
    },
    {
      name: "a table with the name in a drop of an index",
      manual: "select 1",
      file: "drop index concurrently $s.notes",
      message: /"notes" is not an index/,
    },
  ])("$name", async ({ manual, file, message }) => {
    const files = { [nextFile]: `-- no transaction\n${file};` };
    const bundle = await afterManualChange(databases, { first: schema, manual, files });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(message);
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).toEqual([firstFile]);
  });
});
