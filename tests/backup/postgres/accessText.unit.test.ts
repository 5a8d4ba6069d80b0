import { expect, it } from "vitest";
import * as z from "zod";
import { type AccessEntry, accessEntry } from "../../../backup/postgres/access";
import { accessInventory, writeAccess } from "../../../backup/postgres/accessText";

const table = (name: string): AccessEntry => ({ kind: "table", name, facts: { owner: "app" } });
const column = (name: string): AccessEntry => ({ kind: "inherited column", name, facts: { null: "no" } });
const tables = [table("shop.orders"), table('shop."a.b"'), table("shop.plain")];
const orders = [{ kind: "column order", name: "shop.orders", facts: { columns: "id, at", parents: "" } }];
const columns = [column("shop.orders.id"), column('shop.orders."x.y"'), column('shop."a.b".id')];

it("stores inherited columns and the order of columns where older programs ignore them", () => {
  const text = writeAccess([...orders, ...columns, ...tables]);

  const byOlderProgram = z.array(accessEntry).parse(JSON.parse(text));
  expect(byOlderProgram).toEqual(tables);
  const read = accessInventory.parse(JSON.parse(text));
  expect(read).toHaveLength(7);
  expect(read).toEqual(expect.arrayContaining([...orders, ...columns, ...tables]));
});

it("is read if inherited columns are among the other objects, as in the first backups that had them", () => {
  expect(accessInventory.parse([...columns, ...tables])).toEqual([...columns, ...tables]);
});
