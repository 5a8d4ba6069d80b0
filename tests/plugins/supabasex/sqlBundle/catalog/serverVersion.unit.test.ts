import { expect, test } from "vitest";
import {
  type Catalog,
  diffCatalogs,
  differencePath,
  extendExpectation,
} from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";

// One database as two major versions print it: after an upgrade, only the upgrade is reported.
const on = (majorVersion: number, definition: string, using: string): Catalog => ({
  server: { majorVersion },
  "schema shop": { owner: "postgres" },
  "table shop.orders": { owner: "postgres", rowSecurity: true },
  "policy shop.orders own": { command: "all", mode: "permissive", roles: ["authenticated"], using },
  "view shop.totals": { owner: "postgres", definition },
});
const on15 = on(15, " SELECT orders.total FROM shop.orders;", "(orders.tenant_id = 1)");
const on17 = on(17, " SELECT total FROM shop.orders;", "(tenant_id = 1)");
const paths = (expected: Catalog, live: Catalog) => diffCatalogs(expected, live).map(differencePath);

test("after an upgrade of PostgreSQL, the upgrade is reported, but not texts that the new version prints differently", () => {
  expect(paths(on15, on17)).toEqual(['live["server"].majorVersion']);
  // As a control: on one version the same difference is drift.
  expect(paths(on15, { ...on17, server: { majorVersion: 15 } })).toEqual([
    'live["policy shop.orders own"].using',
    'live["view shop.totals"].definition',
  ]);
});

test("properties that are not printed expressions are compared anyway", () => {
  const changed: Catalog = {
    ...on17,
    "table shop.orders": { owner: "postgres", rowSecurity: false },
    "policy shop.orders own": {
      command: "all",
      mode: "permissive",
      roles: ["public"],
      using: "(tenant_id = 1)",
    },
  };

  expect(paths(on15, changed)).toEqual([
    'live["policy shop.orders own"].roles',
    'live["server"].majorVersion',
    'live["table shop.orders"].rowSecurity',
  ]);
});

test("an added or removed text is a difference on every version", () => {
  const { using: _gone, ...withoutUsing } = on17["policy shop.orders own"] ?? {};
  expect(paths(on15, { ...on17, "policy shop.orders own": withoutUsing })).toContain(
    'live["policy shop.orders own"].using',
  );
});

test("the next up records the new version's texts, and then all are compared again", () => {
  const addresses = new Map<string, string>();
  const reading = { catalog: on17, addresses };

  const expected = extendExpectation(on15, reading, reading);

  expect(paths(expected, on17)).toEqual([]);
  expect(paths(expected, on(17, " SELECT 1 AS total;", "true"))).toEqual([
    'live["policy shop.orders own"].using',
    'live["view shop.totals"].definition',
  ]);
});
