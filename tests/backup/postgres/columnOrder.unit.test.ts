import type pg from "pg";
import { expect, it } from "vitest";
import { readChangedOrders } from "../../../backup/postgres/columnOrder";

/** A column of each table in a chain in which every table inherits twice from the one before, through two others. */
function diamonds(levels: number): object[] {
  const table = (name: string, parents: readonly string[], columns: readonly string[]): object => ({
    oid: name,
    name,
    parents,
    columns: columns.map((column) => ({ name: column, isLocal: column === name || column === "late" })),
  });
  const columns = ["top"];
  const tables = [table("top", [], columns)];
  let below = "top";
  for (let level = 1; level <= levels; level += 1) {
    const [left, right, bottom] = [`left${level}`, `right${level}`, `bottom${level}`];
    tables.push(table(left, [below], [...columns, left]), table(right, [below], [...columns, right]));
    columns.push(left, right, bottom);
    tables.push(table(bottom, [left, right], columns));
    below = bottom;
  }
  return tables;
}

// Each level doubles the number of ways to the first table.
it("reads the columns of each table once, however many ways lead to its parents", async () => {
  const changed = {
    ...{ oid: "child", name: "public.child", parents: ["bottom60"] },
    columns: [
      { name: "own", isLocal: true },
      { name: "top", isLocal: false },
    ],
  };
  const client = { query: async () => ({ rows: [...diamonds(60), changed] }) } as unknown as pg.Client;

  const orders = await readChangedOrders(client);

  expect(orders.map(({ what }) => what)).toEqual(["order of the columns of table public.child"]);
});
