import { afterAll, beforeAll, describe, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { Databases, expectDeployed, firstFile, nextFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.orders (id integer primary key, total integer default 3);
create function $s.touch() returns trigger language plpgsql as 'begin return new; end';
create publication "orders $s";
`;
const file = "repeatable/orders.sql";
const thirdFile = "migrations/20260103000000_third.sql";

/** Returns all kinds of statements about a table. */
const about = (table: string) => `alter table $s.${table} enable row level security;
alter table $s.${table} add constraint small check (total < 100);
alter publication "orders $s" add table $s.${table};
grant select on $s.${table} to anon;
grant update (total) on $s.${table} to authenticated;
comment on column $s.${table}.total is 'Total.';
alter table $s.${table} alter column total set default 9;
create policy own on $s.${table} using (true);
create trigger touch before insert on $s.${table} for each row execute function $s.touch();
create index orders_total on $s.${table} (total);
`;

interface Case {
  readonly name: string;
  readonly before: string;
  readonly change: Readonly<Record<string, string | undefined>>;
}

const cases: Case[] = [
  {
    name: "a table, and the file names it",
    before: about("orders"),
    change: { [nextFile]: "alter table $s.orders rename to bills;", [file]: about("bills") },
  },
  {
    name: "a table and a column, and the file is removed",
    before: about("orders"),
    change: {
      [nextFile]:
        "alter table $s.orders rename to bills;\nalter table $s.bills rename column total to amount;",
      [file]: undefined,
    },
  },
  {
    name: "a table, which a view replaces under its former name",
    before: "grant select on $s.orders to anon;\ncomment on column $s.orders.total is 'Total.';\n",
    change: {
      [nextFile]: "alter table $s.orders rename to bills;\ncreate view $s.orders as select * from $s.bills;",
    },
  },
  {
    name: "a table, before a migration that runs outside of a transaction",
    before: about("orders"),
    change: {
      [nextFile]: "alter table $s.orders rename to bills;",
      [thirdFile]: "-- no transaction\ncreate index concurrently bills_id on $s.bills (id, total);",
      [file]: "alter table $s.bills enable row level security;\n",
    },
  },
];

describe("what repeatables created on an object or stated about it follows its rename by a migration", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ before, change }) => {
    const bundle = await databases.bundle({ [firstFile]: schema, [file]: before }, { dryRun: "live" });
    await bundle.up();
    bundle.write(change);

    await expectDeployed(databases, bundle);
  });

  test("also if the file is removed in a later deployment", async () => {
    const bundle = await databases.bundle(
      { [firstFile]: schema, [file]: about("orders") },
      { dryRun: "live" },
    );
    await bundle.up();
    bundle.write({ [nextFile]: "alter table $s.orders rename to bills;", [file]: about("bills") });
    await bundle.up();
    bundle.write({ [file]: undefined });

    await expectDeployed(databases, bundle);
  });
});
