import { beforeAll, describe, expect, test } from "vitest";
import {
  foreseenEffects,
  hazardsOf,
} from "../../../../../plugins/supabasex/provider/sqlBundle/locks/effects";
import { isCertain } from "../../../../../plugins/supabasex/provider/sqlBundle/locks/foreseen";
import { Relations } from "../../../../../plugins/supabasex/provider/sqlBundle/locks/relations";
import { noteNames } from "../../../../../plugins/supabasex/provider/sqlBundle/locks/renames";
import { foresee } from "../../../../../plugins/supabasex/provider/sqlBundle/locks/statement";
import { bundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { statementsOf } from "../../../../../plugins/supabasex/provider/sqlBundle/source/statements";
import { groups } from "./cases";
import type { LockCase } from "./cases/case";
import { outside } from "./cases/outside";

beforeAll(() => loadParser());

const kinds: Readonly<Record<string, string>> = {
  ...{ customers: "r", orders: "r", orders_state: "i", open_orders: "v", totals: "m", events: "p" },
  ...{ events_2026: "r", events_2027: "r", numbers: "S" },
};
const relations = new Relations(
  Object.entries(kinds).map(([name, kind], at) => ({
    ...{ oid: 20_000 + at, schema: "s", name, kind, file: 20_000 + at, table: undefined, rows: 1, bytes: 1 },
  })),
);
const orders = relations.named("orders", "s");
if (orders !== undefined) relations.addColumns(orders, ["id", "customer_id", "note", "amount", "state"]);

function foreseen({ statement }: Pick<LockCase, "statement">) {
  const file = bundleFile("migrations/20260101000000_a.sql", "migration", statement.replaceAll("$s", "s"));
  return statementsOf(file).map(({ node }) => {
    const found = foresee(node, relations);
    const effects = foreseenEffects(found, relations);
    return {
      ...found,
      text: found,
      effects,
      names: hazardsOf(found, effects, { relations, isObserved: false }).map(({ name }) => name),
    };
  });
}

const cases = [...Object.values(groups).flat(), ...outside].filter(
  // The text does not show what code does, or what an earlier statement has locked.
  ({ statement, sameTransaction, isHidden, needsCatalog }) =>
    !statement.startsWith("do ") &&
    sameTransaction === undefined &&
    isHidden === undefined &&
    needsCatalog === undefined,
);

describe("hazards are derived from the text of a statement", () => {
  test.each(cases.map((lockCase) => [`${lockCase.statement} ${lockCase.note ?? ""}`, lockCase] as const))(
    "%s",
    (_, lockCase) => {
      const [found] = foreseen(lockCase);

      if (lockCase.doesLess === true) expect(found?.isUncertain).toBe(true);
      else expect(found?.names).toEqual(lockCase.hazards);
    },
  );
});

test.each([
  ["alter table s.orders add column a int default 1, drop column note", ["data-loss"]],
  ["drop table s.orders, s.customers", ["data-loss", "data-loss"]],
  ["vacuum full s.orders", ["table-rewrite"]],
  ["vacuum analyze s.orders", []],
  ["alter table s.orders add column a timestamptz default now()", []],
  ["alter table s.orders add column a bigserial", ["table-rewrite"]],
  ["alter table s.items drop column note", []],
  ["alter table s.orders drop column if exists note", ["data-loss"]],
  ["alter table s.customers drop column if exists unread", ["data-loss"]],
  ["alter index s.orders_state attach partition s.orders_state", []],
  ["alter table s.events add unique (id, day)", ["unique-build"]],
  ["alter sequence s.numbers set logged", []],
  ["create index on s.items (id)", []],
  ["truncate s.orders, s.customers", ["data-loss", "data-loss"]],
  ["reindex index s.orders_state", ["index-build"]],
  ["lock table s.orders in row exclusive mode", []],
  ["lock table s.orders", ["explicit-lock"]],
  [
    "create table s.gone as with gone as (delete from s.orders returning id) select * from gone",
    ["row-changes"],
  ],
  [
    "create table s.gone as with gone as (delete from s.orders returning id) select * from gone with no data",
    [],
  ],
])("%s: %j", (statement, names) => {
  expect(foreseen({ statement }).flatMap((found) => found.names)).toEqual(names);
});

test("a default whose volatility only the catalog knows may rewrite the table", () => {
  expect(
    foreseen({ statement: "alter table s.orders add column a text default shared.key()" }),
  ).toMatchObject([{ names: ["table-rewrite"], isUncertain: true }]);
});

describe("each hazard is certain or not on its own", () => {
  const certaintyOf = (statement: string) =>
    foreseen({ statement }).flatMap((found) =>
      found.names.map((name) => `${name}: ${isCertain(found.text, name) ? "certain" : "uncertain"}`),
    );

  test.each([
    [
      "alter table s.orders alter column note type varchar(40), drop column state",
      ["data-loss: certain", "table-rewrite: uncertain"],
    ],
    [
      "alter table s.orders alter column state set not null, add unique (note)",
      ["not-null-scan: uncertain", "unique-build: certain"],
    ],
    [
      "alter table s.orders add column a uuid default gen_random_uuid(), alter column note type text",
      ["table-rewrite: certain"],
    ],
    ["alter table s.orders alter column note type text", ["table-rewrite: uncertain"]],
    ["create index if not exists a on s.orders (note)", ["index-build: certain"]],
    ["create index if not exists orders_state on s.orders (note)", ["index-build: uncertain"]],
    ["create index if not exists a on s.customers (id)", ["index-build: certain"]],
    [
      "alter table s.orders add column if not exists a uuid default gen_random_uuid()",
      ["table-rewrite: certain"],
    ],
    [
      "alter table s.orders add column if not exists note uuid default gen_random_uuid()",
      ["table-rewrite: uncertain"],
    ],
    ["alter table s.orders add column if not exists a integer unique", ["unique-build: certain"]],
    ["alter table s.orders add column if not exists note integer unique", ["unique-build: uncertain"]],
    // Columns of other tables were not read.
    [
      "alter table s.customers add column if not exists a uuid default gen_random_uuid()",
      ["table-rewrite: uncertain"],
    ],
    [
      "alter table s.orders alter column note type text, add constraint c check (amount > 0)",
      ["table-rewrite: uncertain", "check-scan: certain"],
    ],
    [
      "alter table s.orders alter column note type text, add constraint c check (amount > 0) not valid",
      ["table-rewrite: uncertain"],
    ],
    [
      "alter table s.orders add column a integer default f() unique",
      ["table-rewrite: uncertain", "unique-build: certain"],
    ],
    ["alter table s.orders add column a integer default f()", ["table-rewrite: uncertain"]],
    [
      "alter table s.orders alter column note type text, alter column state set not null",
      ["table-rewrite: uncertain", "not-null-scan: uncertain"],
    ],
    [
      "alter table s.orders alter column state set not null, add constraint c check (amount > 0) not valid",
      ["not-null-scan: uncertain"],
    ],
  ])("%s", (statement, expected) => {
    expect(certaintyOf(statement)).toEqual(expected);
  });
});

describe("statements outside of a transaction have no uncertain hazards, because nothing observes them", () => {
  test.each([
    ...outside.map(({ statement }) => statement),
    "create index concurrently if not exists orders_state on $s.orders (state)",
    "vacuum full $s.orders, $s.customers",
    "reindex table $s.orders",
    "reindex index $s.orders_state",
    "cluster $s.orders using orders_state",
    "alter table $s.events detach partition $s.events_2026 finalize",
  ])("%s", (statement) => {
    const found = foreseen({ statement });

    expect(found).toHaveLength(1);
    for (const { text, names } of found) expect(names.filter((name) => !isCertain(text, name))).toEqual([]);
  });
});

describe("each table has its own hazards, and partitions have those of their table", () => {
  const table = (oid: number, name: string, partitionOf?: number) => ({
    ...{ oid, schema: "s", name, kind: name === "events" ? "p" : "r", file: oid, table: undefined },
    ...{ rows: 1, bytes: 1, partitionOf },
  });
  const type = { schema: "s", extension: "rankings", isChecked: false };
  const known = new Relations(
    [
      table(1, "events"),
      table(2, "events_1", 1),
      table(3, "events_2", 1),
      table(4, "orders"),
      table(5, "ranks"),
    ],
    [
      { ...type, name: "rank", tables: [1, 2, 3, 4] },
      // The table of this partition is not among them.
      { ...type, name: "grade", tables: [2, 5] },
    ],
  );

  test.each([
    ["drop type s.rank cascade", ["data-loss events", "data-loss orders"]],
    ["drop type s.grade cascade", ["data-loss events_1", "data-loss ranks"]],
    ["drop extension rankings cascade", ["data-loss events", "data-loss orders", "data-loss ranks"]],
    ["alter domain s.rank add check (value > 0)", ["check-scan events", "check-scan orders"]],
    ["alter domain s.rank set not null", ["not-null-scan events", "not-null-scan orders"]],
    ["vacuum full s.orders, s.ranks", ["table-rewrite orders", "table-rewrite ranks"]],
    ["vacuum s.orders, s.ranks", []],
    ["alter table s.orders add foreign key (id) references s.ranks", ["foreign-key-scan orders"]],
  ])("%s: %j", (statement, expected) => {
    const file = bundleFile("migrations/20260101000000_a.sql", "migration", statement);
    const found = statementsOf(file).flatMap(({ node }) => {
      const text = foresee(node, known);
      return hazardsOf(text, foreseenEffects(text, known), { relations: known, isObserved: false });
    });

    expect(found.map(({ name, relation }) => `${name} ${relation.name}`)).toEqual(expected);
  });
});

describe("an observed statement has the hazards of the parts that read the rows", () => {
  const observed = (statement: string, effect: { readonly scans: number; readonly rewritten?: boolean }) => {
    const file = bundleFile("migrations/20260101000000_a.sql", "migration", statement);
    return statementsOf(file).flatMap(({ node }) => {
      const text = foresee(node, relations);
      const effects = foreseenEffects(text, relations)
        .filter(({ relation }) => relation === orders)
        .map((found) => ({ ...found, rewritten: false, scanned: effect.scans > 0, ...effect }));
      return hazardsOf(text, effects, { relations, isObserved: true }).map(({ name }) => name);
    });
  };
  const check = "alter table s.orders alter column note type text, add constraint c check (amount > 0)";
  const unique = "alter table s.orders alter column state set not null, add unique (note)";

  test.each([
    [check, { scans: 1 }, ["check-scan"]],
    // The indexes of the column were built again.
    [check, { scans: 2 }, ["table-rewrite", "check-scan"]],
    [check, { scans: 1, rewritten: true }, ["table-rewrite", "check-scan"]],
    [unique, { scans: 1 }, ["unique-build"]],
    [unique, { scans: 2 }, ["not-null-scan", "unique-build"]],
    ["alter table s.orders alter column state set not null", { scans: 1 }, ["not-null-scan"]],
    ["alter table s.orders alter column state set not null", { scans: 0 }, []],
    ["alter table s.orders add column a integer default f() unique", { scans: 1 }, ["unique-build"]],
    [
      "alter table s.orders add column a integer default f() unique",
      { scans: 2, rewritten: true },
      ["table-rewrite", "unique-build"],
    ],
  ] as const)("%s: %j", (statement, effect, expected) => {
    expect(observed(statement, effect)).toEqual(expected);
  });
});

describe("a column is dropped with its data unless the table certainly lacks it", () => {
  const table = (oid: number, schema: string, name: string) => ({
    ...{ oid, schema, name, kind: "r", file: oid, table: undefined, rows: 1, bytes: 1 },
  });
  const namesOf = (text: string) => {
    const own = new Relations([
      table(1, "public", "orders"),
      table(2, "public", "orders_new"),
      table(3, "shop", "orders"),
      table(4, "shop", "items"),
    ]);
    for (const [oid, columns] of [["id"], ["id", "note"], ["id", "note"], ["id"]].entries()) {
      const relation = own.get(oid + 1);
      if (relation !== undefined) own.addColumns(relation, columns);
    }
    const statements = statementsOf(bundleFile("migrations/20260101000000_a.sql", "migration", text));
    for (const { node } of statements) noteNames(node, own);
    return statements.flatMap(({ node }) => {
      const found = foresee(node, own);
      return hazardsOf(found, foreseenEffects(found, own), { relations: own, isObserved: false }).map(
        ({ name }) => name,
      );
    });
  };
  const dropNote = "alter table public.orders drop column if exists note;";
  const renameNote = "alter table public.orders rename column note to remark;";
  const dropRemark = "alter table public.orders drop column if exists remark;";

  test.each([
    ["dropping a missing column is no data loss", dropNote, []],
    ["a table without a schema is the only one", "alter table items drop column if exists note;", []],
    [
      "an earlier table that may exist is kept",
      `create table if not exists public.orders (); ${dropNote}`,
      [],
    ],
    ["earlier statements call no function", `update shop.items set id = 1 where id = 2; ${dropNote}`, []],
    ["code runs later", `${dropNote} do $$ begin end $$;`, []],
    [
      "dropping a column that an earlier migration renamed is data loss",
      `${renameNote} ${dropRemark}`,
      ["client-break", "data-loss"],
    ],
    [
      "another table has got the name",
      `alter table public.orders rename to orders_old; alter table public.orders_new rename to orders; ${dropNote}`,
      ["client-break", "client-break", "data-loss"],
    ],
    [
      "another table has come from another schema",
      `alter table public.orders rename to orders_old; alter table shop.orders set schema public; ${dropNote}`,
      ["client-break", "client-break", "data-loss"],
    ],
    [
      "another schema has got the name",
      `alter schema public rename to former; alter schema shop rename to public; ${dropNote}`,
      ["data-loss"],
    ],
    [
      "another table has the name in the search path",
      "set search_path = shop; alter table orders drop column if exists note;",
      ["data-loss"],
    ],
    [
      "a new table has got the name",
      `create table public.orders as table public.orders_new; ${dropNote}`,
      ["data-loss"],
    ],
    ["a block may rename a column", `do $$ begin ${renameNote} end $$; ${dropRemark}`, ["data-loss"]],
    ["a procedure may rename a column", `call private.migrate(); ${dropRemark}`, ["data-loss"]],
    ["a function may rename a column", `select private.migrate(); ${dropRemark}`, ["data-loss"]],
    [
      "a function in another statement may rename a column",
      `insert into shop.items select private.migrate(); ${dropRemark}`,
      ["data-loss"],
    ],
  ])("%s", (_name, text, expected) => {
    expect(namesOf(text)).toEqual(expected);
  });
});
