import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { Databases, failureOf, firstFile } from "./support";

// Something was renamed manually, and something else has its former name in a namespace that both share.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.orders (id integer primary key, number integer, note text);
create index orders_note on $s.orders (note);
create table $s.other (id integer, code text, constraint other_code unique (code));
create view $s.totals as select count(*) as n from $s.orders;
create sequence $s.tickets;
create type $s.pair as (a integer, b integer);
create type $s.level as enum ('low');
`;

interface Case {
  readonly name: string;
  readonly manual: string;
  /** What the message says about the renamed object. */
  readonly refusal: string;
  /** Gives the name free. */
  readonly free: string;
}

const cases: readonly Case[] = [
  {
    name: "an index, and a primary key",
    manual:
      "alter index $s.orders_note rename to orders_n; alter table $s.other add constraint orders_note primary key (id)",
    refusal:
      "index $s.orders_note: its name is $s.orders_n, and constraint $s.other orders_note has its former name: drop or rename the constraint",
    free: "alter table $s.other drop constraint orders_note",
  },
  {
    name: "a view, and a unique constraint",
    manual: "alter view $s.totals rename to sums; alter table $s.other add constraint totals unique (id)",
    refusal:
      "view $s.totals: its name is $s.sums, and constraint $s.other totals has its former name: drop or rename the constraint",
    free: "alter table $s.other drop constraint totals",
  },
  {
    name: "a table, and an exclusion constraint",
    manual:
      "alter table $s.orders rename to bills; alter table $s.other add constraint orders exclude (id with =)",
    refusal:
      "table $s.orders: its name is $s.bills, and constraint $s.other orders has its former name: drop or rename the constraint",
    free: "alter table $s.other drop constraint orders",
  },
  {
    name: "a constraint with an index, and an index",
    manual:
      "alter table $s.other rename constraint other_code to other_c; create index other_code on $s.orders (number)",
    refusal:
      "constraint $s.other other_code: its name is other_c, and index $s.other_code has its former name: drop or rename the index",
    free: "drop index $s.other_code",
  },
  {
    name: "a constraint with an index, and a constraint of another table",
    manual:
      "alter table $s.other rename constraint other_code to other_c; alter table $s.orders add constraint other_code unique (number)",
    refusal:
      "constraint $s.other other_code: its name is other_c, and constraint $s.orders other_code has its former name: drop or rename the constraint",
    free: "alter table $s.orders drop constraint other_code",
  },
  {
    name: "a view, and the sequence of an identity column",
    manual:
      "alter view $s.totals rename to sums; alter table $s.other add column n integer generated always as identity (sequence name $s.totals)",
    refusal:
      "view $s.totals: its name is $s.sums, and sequence $s.totals has its former name: drop or rename the sequence",
    free: "alter table $s.other drop column n",
  },
  {
    name: "a table, and the sequence of a serial column",
    manual:
      "alter table $s.orders rename to bills; create sequence $s.orders; alter table $s.other add column n integer default nextval('$s.orders'); alter sequence $s.orders owned by $s.other.n",
    refusal:
      "table $s.orders: its name is $s.bills, and sequence $s.orders has its former name: drop or rename the sequence",
    free: "alter table $s.other drop column n",
  },
  {
    name: "a sequence, and a composite type",
    manual: "alter sequence $s.tickets rename to numbers; create type $s.tickets as (a integer)",
    refusal:
      "sequence $s.tickets: its name is $s.numbers, and type $s.tickets has its former name: drop or rename the type",
    free: "drop type $s.tickets",
  },
  {
    name: "a table, and an enum with the name of its row type",
    manual: "alter table $s.orders rename to bills; create type $s.orders as enum ('a')",
    refusal:
      "table $s.orders: its name is $s.bills, and type $s.orders has its former name: drop or rename the type",
    free: "drop type $s.orders",
  },
  {
    name: "an enum, and the row type of a table",
    manual: "alter type $s.level rename to grade; create table $s.level (id integer)",
    refusal:
      "type $s.level: its name is $s.grade, and table $s.level has its former name: drop or rename the table",
    free: "drop table $s.level",
  },
  {
    name: "a composite type, and an index",
    manual: "alter type $s.pair rename to two; create index pair on $s.orders (number)",
    refusal:
      "type $s.pair: its name is $s.two, and index $s.pair has its former name: drop or rename the index",
    free: "drop index $s.pair",
  },
  {
    name: "an index, and a table",
    manual: "alter index $s.orders_note rename to orders_n; create table $s.orders_note (id integer)",
    refusal:
      "index $s.orders_note: its name is $s.orders_n, and table $s.orders_note has its former name: drop or rename the table",
    free: "drop table $s.orders_note",
  },
  {
    name: "a table, and an index",
    manual: "alter table $s.orders rename to bills; create index orders on $s.other (id)",
    refusal:
      "table $s.orders: its name is $s.bills, and index $s.orders has its former name: drop or rename the index",
    free: "drop index $s.orders",
  },
];

describe("preview and up name what has the former name of a renamed object", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ manual, refusal, free }) => {
    const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql(manual);
    await bundle.refresh();
    const sentence = refusal.replaceAll("$s", bundle.schema);

    expect(await failureOf(bundle.preview())).toContain(sentence);
    expect(await failureOf(bundle.up())).toContain(sentence);

    await bundle.sql(free);
    expect(await failureOf(bundle.up())).toBe("it succeeded");
    expect(await bundle.refresh()).toEqual([]);
  });
});

test("control: a check has no index, so it does not prevent that an object is renamed back", async () => {
  const bundle = await databases.bundle({ [firstFile]: schema });
  await bundle.up();
  await bundle.sql(
    "alter index $s.orders_note rename to orders_n; alter table $s.other add constraint orders_note check (id > 0)",
  );

  expect(await failureOf(bundle.up())).toBe("it succeeded");

  expect(await bundle.refresh()).toEqual([`live["constraint ${bundle.schema}.other orders_note"]`]);
});
