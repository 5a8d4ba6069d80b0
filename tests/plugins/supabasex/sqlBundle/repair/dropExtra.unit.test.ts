import { expect, test } from "vitest";
import { dropExtra } from "../../../../../plugins/supabasex/provider/sqlBundle/repair/dropExtra";

const statementsFor = (identity: string, properties = {}) =>
  dropExtra(identity, {}, { [identity]: properties, "type app.amount": { kind: "domain" } }).statements;

test.each([
  ["index app.orders_total", "drop index app.orders_total"],
  ["function app.top(n integer)", "drop function app.top(n integer)"],
  ["policy app.orders own", "drop policy own on app.orders"],
  ["constraint app.amount positive", "alter domain app.amount drop constraint positive"],
  ["publication table feed app.orders", "alter publication feed drop table app.orders"],
])("a deployment drops what holds no data: %s", (identity, statement) => {
  expect(statementsFor(identity)).toEqual([statement]);
});

test("a deployment drops an object of which only the existence is known", () => {
  expect(statementsFor("collation app.german", { contentNotRead: true })).toEqual([
    "drop collation app.german",
  ]);
});

test.each([
  "table app.orders",
  "column app.orders total",
  "type app.mood",
  "sequence app.numbers",
  "schema app",
  "role clerk",
  "materialized view app.sums",
])("a deployment never drops or renames what may hold data: %s", (identity) => {
  expect(statementsFor(identity)).toEqual([]);
});

test("an inherited trigger goes with its parent's", () => {
  expect(statementsFor("trigger app.orders_2026 touch", { inheritedFrom: "app.orders" })).toEqual([]);
});
