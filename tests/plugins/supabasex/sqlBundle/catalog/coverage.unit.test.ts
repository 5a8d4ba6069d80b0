import { describe, expect, test } from "vitest";
import {
  type Catalog,
  diffCatalogs,
  differencePath,
  extendExpectation,
} from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { coverageVersion } from "../../../../../plugins/supabasex/provider/sqlBundle/catalog/coverage";

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

describe("statement triggers of partitions", () => {
  const guard = (table: string) => ({
    definition: `CREATE TRIGGER keep BEFORE DELETE OR UPDATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION shop.refuse()`,
    enabled: "always",
  });
  const parent = "trigger shop.orders keep";
  const copies = {
    "trigger shop.orders_1 keep": guard("shop.orders_1"),
    "trigger shop.orders_2 keep": guard("shop.orders_2"),
  };
  // Coverage 2 listed each copy.
  const recordedBy2: Catalog = {
    ...recorded,
    server: { majorVersion: 17, coverage: 2 },
    [parent]: guard("shop.orders"),
    ...copies,
  };
  const now = (partitions: string | string[] | undefined, others: Catalog = {}): Catalog => ({
    ...live({}),
    [parent]: { ...guard("shop.orders"), ...(partitions === undefined ? {} : { partitions }) },
    ...others,
  });
  const extended = (expected: Catalog, catalog: Catalog) => {
    const reading = { catalog, addresses: new Map<string, string>() };
    return extendExpectation(expected, reading, reading);
  };

  test("that an older version listed are not reported as missing, and the next up expects them with the parent's", () => {
    const expected = extended(recordedBy2, now("all"));

    expect(paths(recordedBy2, now("all"))).toEqual([]);
    expect(expected).toEqual(now("all"));
    expect(paths(expected, now(["shop.orders_1"]))).toEqual([`live["${parent}"].partitions`]);
  });

  test.each([
    ["one lost it", now(["shop.orders_1"]), ["shop.orders_1"]],
    ["all lost it", now(undefined), ["shop.orders_1", "shop.orders_2"]],
    ["the table is none", now("all", { "table shop.orders_2": { owner: "postgres" } }), ["shop.orders_2"]],
    [
      "the parent's fires at other times",
      { ...now("all"), [parent]: { ...guard("shop.orders"), enabled: "yes", partitions: "all" } },
      ["shop.orders_1", "shop.orders_2"],
    ],
  ])("that an older version listed are reported if %s", (_, found: Catalog, tables) => {
    const missing = diffCatalogs(recordedBy2, found).filter(({ kind }) => kind === "missing");

    expect(missing.map(({ identity }) => identity)).toEqual(tables.map((table) => `trigger ${table} keep`));
  });

  test("that a job added to the last partition are expected after the next up", () => {
    const expected = now(["shop.orders_2"]);
    const completed = extended(expected, now("all"));

    expect(paths(expected, now("all"))).toEqual([]);
    expect(paths(completed, now(["shop.orders_1"]))).toEqual([`live["${parent}"].partitions`]);
    expect(paths(extended(now(["shop.orders_1"]), now(["shop.orders_2"])), now(["shop.orders_1"]))).toEqual(
      [],
    );
  });

  test("are not reported if only the parent's is gone or differs", () => {
    const { [parent]: _, ...dropped } = now("all", copies);
    const disabled = {
      ...now(undefined, copies),
      [parent]: { ...guard("shop.orders"), enabled: "no" },
    };
    const other = { ...guard("shop.orders_2"), enabled: "no" };

    expect(paths(now("all"), dropped)).toEqual([`live["${parent}"]`]);
    expect(paths(now("all"), disabled)).toEqual([
      `live["${parent}"].enabled`,
      `live["${parent}"].partitions`,
    ]);
    expect(paths(now("all"), { ...dropped, "trigger shop.orders_2 keep": other })).toEqual([
      `live["${parent}"]`,
      'live["trigger shop.orders_2 keep"]',
    ]);
    // A table of its own is no partition.
    const table = { "table shop.orders_2": { owner: "postgres" } };
    expect(paths({ ...now("all"), ...table }, { ...dropped, ...table })).toEqual([
      `live["${parent}"]`,
      'live["trigger shop.orders_2 keep"]',
    ]);
  });
});
