import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import {
  afterManualChange,
  Databases,
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
create type $s.money as (amount numeric, currency text, unit text);
create domain $s.code as text constraint filled check (value <> '');
create table $s.prices (id integer primary key, price $s.money);
insert into $s.prices values (1, row(7, 'EUR', 'kg'));
create view $s.units as select (price).unit as unit from $s.prices;
create table $s.orders (id integer not null, number integer not null, prior integer);
create unique index orders_id on $s.orders (id);
insert into $s.orders values (1, 1);
`;

const attributes = (names: string) =>
  `select string_agg(attname, ' ' order by attnum) = '${names}' as ok from pg_attribute where attrelid = '$s.money'::regclass and attnum > 0 and not attisdropped`;
const constraint = (name: string, definition: string) =>
  `select count(*) = 1 as ok from pg_constraint where connamespace = '$s'::regnamespace and conname = '${name}' and pg_get_constraintdef(oid) = '${definition}'`;

/** A manual change, and a migration that states the same; by default the same statements. */
const cases: { name: string; manual: string; file?: string; isIn: string }[] = [
  {
    name: "an attribute of a composite type is added",
    manual: 'alter type $s.money add attribute note text collate "C"',
    isIn: attributes("amount currency unit note"),
  },
  {
    name: "the first attribute is dropped, and another one is added in the same statement",
    manual: "alter type $s.money drop attribute amount",
    file: "alter type $s.money add attribute note text, drop attribute amount;",
    isIn: attributes("currency unit note"),
  },
  {
    name: "an attribute is renamed, and one that a view reads stays",
    manual: "alter type $s.money rename attribute currency to code",
    isIn: attributes("amount code unit"),
  },
  {
    name: "a constraint of a domain is added",
    manual: "alter domain $s.code add constraint short check (length(value) < 9)",
    isIn: constraint("short", "CHECK ((length(VALUE) < 9))"),
  },
  {
    name: "a constraint of a domain is added with another condition, and without a check of rows",
    manual: "alter domain $s.code add constraint short check (length(value) < 5) not valid",
    file: "alter domain $s.code add constraint short check (length(value) < 9);",
    isIn: constraint("short", "CHECK ((length(VALUE) < 9))"),
  },
  {
    name: "a constraint of a domain is dropped",
    manual: "alter domain $s.code drop constraint filled",
    isIn: "select count(*) = 0 as ok from pg_constraint where conname = 'filled' and connamespace = '$s'::regnamespace",
  },
  {
    name: "a primary key without a name is added with a column",
    manual: "alter table $s.orders add primary key (id)",
    file: "alter table $s.orders add column note text, add primary key (id);",
    isIn: constraint("orders_pkey", "PRIMARY KEY (id)"),
  },
  {
    name: "a foreign key is added in a statement with a column",
    manual: "alter table $s.orders add constraint prior_order foreign key (prior) references $s.prices",
    file: "alter table $s.orders add constraint prior_order foreign key (prior) references $s.prices, add column note text;",
    isIn: constraint("prior_order", "FOREIGN KEY (prior) REFERENCES $s.prices(id)"),
  },
  {
    name: "an index becomes a unique constraint",
    manual: "alter table $s.orders add constraint orders_id_key unique using index orders_id",
    isIn: constraint("orders_id_key", "UNIQUE (id)"),
  },
  {
    name: "an index becomes the primary key",
    manual: "alter table $s.orders add constraint orders_pkey primary key using index orders_id",
    isIn: constraint("orders_pkey", "PRIMARY KEY (id)"),
  },
  {
    name: "a new index becomes a constraint of the same name",
    manual:
      "create unique index orders_number on $s.orders (number); alter table $s.orders add constraint orders_number unique using index orders_number",
    isIn: constraint("orders_number", "UNIQUE (number)"),
  },
  {
    name: "a new index becomes a constraint of another name",
    manual:
      "create unique index orders_number on $s.orders (number); alter table $s.orders add constraint orders_number_key unique using index orders_number",
    isIn: constraint("orders_number_key", "UNIQUE (number)"),
  },
];

describe("a change of a type or constraint that was made manually counts as done, and leaves nothing beside it", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ manual, file = `${manual};`, isIn }) => {
    await expectKept(databases, { first: schema, manual, files: { [nextFile]: file } }, isIn);
  });
});

test("the index of a manual constraint is built outside of a transaction first: preview and up agree", async () => {
  const bundle = await afterManualChange(databases, {
    first: schema,
    manual:
      "create unique index orders_number on $s.orders (number); alter table $s.orders add constraint orders_number_key unique using index orders_number",
    files: {
      [nextFile]: "-- no transaction\ncreate unique index concurrently orders_number on $s.orders (number);",
      "migrations/20260103000000_third.sql":
        "alter table $s.orders add constraint orders_number_key unique using index orders_number;",
    },
  });

  await expectDeployed(databases, bundle);
});

describe("negative control: what differs, or a block cannot leave out, is refused in preview and up", () => {
  test.each([
    {
      name: "an attribute of another type",
      manual: "alter type $s.money add attribute note varchar",
      file: "alter type $s.money add attribute note text;",
      message:
        /type \w+\.money: attributes is \[.*"note character varying"\] instead of \[.*"note text"\]; alter type \w+\.money alter attribute note type text/,
    },
    {
      name: "an attribute that a block adds",
      manual: "alter type $s.money add attribute note text",
      file: "do $$ begin alter type $s.money add attribute note text; end $$;",
      message:
        /column "note" of relation "money" already exists[\s\S]*create it in the block only if it is missing/,
    },
  ])("$name", async ({ manual, file, message }) => {
    const bundle = await afterManualChange(databases, { first: schema, manual, files: { [nextFile]: file } });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(message);
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).toEqual([firstFile]);
  });
});
