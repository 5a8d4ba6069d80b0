import { describe, expect, test } from "vitest";
import {
  type Catalog,
  diffCatalogs,
  digestsOf,
  expectationIfUnchanged,
} from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";

const expected: Catalog = {
  "column shop.orders id": { type: "bigint", notNull: true },
  "constraint shop.orders orders_pkey": { definition: "PRIMARY KEY (id)" },
  "policy storage.objects own": { command: "select", mode: "permissive" },
  "schema public": { touched: ["grants.authenticated"], grants: { authenticated: ["usage"] } },
  "schema shop": { owner: "postgres" },
  server: { majorVersion: 15 },
  "table shop.orders": { owner: "postgres", rowSecurity: true, comment: "Orders" },
};

const live: Catalog = {
  ...expected,
  "extension citext": { schema: "extensions" },
  "schema public": { owner: "pg_database_owner", grants: { authenticated: ["usage"], anon: ["usage"] } },
  "table elsewhere.logs": { owner: "postgres" },
  "column elsewhere.logs id": { type: "bigint" },
};

describe("a live catalog matches the remembered one if and only if the comparison finds no difference", () => {
  const without = (identity: string) =>
    Object.fromEntries(Object.entries(live).filter(([name]) => name !== identity));
  const cases: readonly [what: string, live: Catalog, same: boolean][] = [
    ["nothing differs", live, true],
    [
      "properties come in another order",
      { ...live, "column shop.orders id": { notNull: true, type: "bigint" } },
      true,
    ],
    ["a foreign schema has an additional table", { ...live, "table elsewhere.more": { owner: "o" } }, true],
    [
      "public is granted to a role that is not watched",
      {
        ...live,
        "schema public": {
          owner: "pg_database_owner",
          grants: { authenticated: ["usage"], reader: ["usage"] },
        },
      },
      true,
    ],
    [
      "a table's switch differs",
      { ...live, "table shop.orders": { ...live["table shop.orders"], rowSecurity: false } },
      false,
    ],
    ["a column differs", { ...live, "column shop.orders id": { type: "integer", notNull: true } }, false],
    ["a column is missing", without("column shop.orders id"), false],
    ["a table is missing", without("table shop.orders"), false],
    ["a table has an additional column", { ...live, "column shop.orders note": { type: "text" } }, false],
    [
      "a schema of the bundle has an additional function",
      { ...live, "function shop.f()": { owner: "o" } },
      false,
    ],
    [
      "a table of the platform has an additional policy",
      { ...live, "policy storage.objects rogue": { mode: "permissive" } },
      false,
    ],
    [
      "API clients may create in public",
      {
        ...live,
        "schema public": {
          owner: "pg_database_owner",
          grants: { authenticated: ["usage"], anon: ["create", "usage"] },
        },
      },
      false,
    ],
    [
      "the changed privilege in public is gone",
      { ...live, "schema public": { owner: "pg_database_owner" } },
      false,
    ],
    ["another major version printed it", { ...live, server: { majorVersion: 17 } }, false],
  ];

  test.each(cases)("%s", (_what, found, same) => {
    expect(expectationIfUnchanged(digestsOf(expected), found)).toEqual(same ? expected : undefined);
    expect(diffCatalogs(expected, found).length === 0).toBe(same);
  });

  test("a bundle without objects expects nothing", () => {
    expect(expectationIfUnchanged(new Map(), { "table s.t": {} })).toEqual({});
    expect(diffCatalogs({}, { "table s.t": {} })).toEqual([]);
  });
});
