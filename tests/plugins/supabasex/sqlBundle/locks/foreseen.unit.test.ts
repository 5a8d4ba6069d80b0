import { beforeAll, describe, expect, test } from "vitest";
import {
  foreseenEffects,
  hazardsOf,
} from "../../../../../plugins/supabasex/provider/sqlBundle/locks/effects";
import { isCertain } from "../../../../../plugins/supabasex/provider/sqlBundle/locks/foreseen";
import { Relations } from "../../../../../plugins/supabasex/provider/sqlBundle/locks/relations";
import { foresee } from "../../../../../plugins/supabasex/provider/sqlBundle/locks/statement";
import { bundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { statementsOf } from "../../../../../plugins/supabasex/provider/sqlBundle/source/statements";
import { groups, type LockCase, outside } from "./cases";

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

function foreseen({ statement }: Pick<LockCase, "statement">) {
  const file = bundleFile("migrations/20260101000000_a.sql", "migration", statement.replaceAll("$s", "s"));
  return statementsOf(file).map(({ node }) => {
    const found = foresee(node, relations);
    const effects = foreseenEffects(found, relations);
    return {
      ...found,
      text: found,
      effects,
      names: hazardsOf(found, effects, relations).map(({ name }) => name),
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
  ["create index on s.items (id)", []],
  ["truncate s.orders, s.customers", ["data-loss", "data-loss"]],
  ["reindex index s.orders_state", ["index-build"]],
  ["lock table s.orders in row exclusive mode", []],
  ["lock table s.orders", ["explicit-lock"]],
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
    ["create index if not exists a on s.orders (note)", ["index-build: uncertain"]],
  ])("%s", (statement, expected) => {
    expect(certaintyOf(statement)).toEqual(expected);
  });
});
