import { expect, test } from "vitest";
import {
  type Catalog,
  diffCatalogs,
  differencePath,
  extendExpectation,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { coverageVersion } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/coverage";

// A record from an older version of this provider, which did not read some properties.
const recorded: Catalog = {
  server: { majorVersion: 17 },
  "schema shop": { owner: "postgres" },
  "table shop.orders": { owner: "postgres", rowSecurity: true },
};
const live = (table: Catalog[string]): Catalog => ({
  ...recorded,
  server: { majorVersion: 17, coverage: coverageVersion },
  "table shop.orders": { owner: "postgres", rowSecurity: true, ...table },
});
const paths = (expected: Catalog, found: Catalog) => diffCatalogs(expected, found).map(differencePath);

test("properties that an older version did not read are not reported, and all others are", () => {
  expect(paths(recorded, live({ accessMethod: "columnar" }))).toEqual([]);
  expect(paths(recorded, live({ accessMethod: "columnar", rowSecurity: false }))).toEqual([
    'live["table shop.orders"].rowSecurity',
  ]);
});

test("the next up records them, and then they are compared", () => {
  const reading = { catalog: live({ accessMethod: "columnar" }), addresses: new Map<string, string>() };

  const expected = extendExpectation(recorded, reading, reading);

  expect(paths(expected, reading.catalog)).toEqual([]);
  expect(paths(expected, live({}))).toEqual(['live["table shop.orders"].accessMethod']);
});

test("a foreign key that an older version saw as enforced is reported if it is not, and the next up keeps that expectation", () => {
  const key = "constraint shop.orders orders_customer_fkey";
  const definition = "FOREIGN KEY (customer) REFERENCES shop.customers(id)";
  const older = { ...recorded, [key]: { definition } };
  const found = { ...live({}), [key]: { definition, enforcingTriggers: "disabled" } };
  const reading = { catalog: found, addresses: new Map<string, string>() };
  const reports = [`live["${key}"].enforcingTriggers`];

  expect(paths(older, found)).toEqual(reports);
  expect(paths(extendExpectation(older, reading, reading), found)).toEqual(reports);
});
