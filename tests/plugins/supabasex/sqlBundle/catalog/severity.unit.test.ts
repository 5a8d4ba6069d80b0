import { expect, test } from "vitest";
import type { CatalogDifference } from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { severityOf } from "../../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";

const extra = (identity: string, live: CatalogDifference["live"]): CatalogDifference => ({
  identity,
  kind: "extra",
  live,
});
const missing = (
  identity: string,
  expected: NonNullable<CatalogDifference["expected"]>,
): CatalogDifference => ({ identity, kind: "missing", expected });
const changed = (
  identity: string,
  property: string,
  live: NonNullable<CatalogDifference["live"]>,
): CatalogDifference => ({ identity, kind: "changed", property, live });

const cases: readonly (readonly [name: string, difference: CatalogDifference, severity: string])[] = [
  [
    "a check that calls a function for each row",
    extra("constraint shop.orders spy", { definition: "CHECK (tools.spy(note))" }),
    "opens",
  ],
  [
    "another check",
    extra("constraint shop.orders short", { definition: "CHECK (length(note) < 9)" }),
    "extra",
  ],
  [
    "a column whose default calls a function",
    extra("column shop.orders copy", { type: "text", default: "tools.spy('x'::text)" }),
    "opens",
  ],
  [
    "a column whose default calls a usual function of an extension",
    extra("column shop.orders id", { type: "uuid", default: "extensions.uuid_generate_v4()" }),
    "extra",
  ],
  [
    "one whose default calls a function of an extension that reaches other servers",
    extra("column shop.orders copy", { type: "text", default: "extensions.dblink_exec('x'::text)" }),
    "opens",
  ],
  [
    "one whose default calls another function, too",
    extra("column shop.orders copy", { default: "tools.spy(extensions.uuid_generate_v4())" }),
    "opens",
  ],
  [
    "one whose default calls a function of a schema with a similar name",
    extra("column shop.orders copy", { default: "my_extensions.spy()" }),
    "opens",
  ],
  [
    "a default that calls a usual function of an extension from now on",
    changed("column shop.orders id", "default", "extensions.uuid_generate_v4()"),
    "changes",
  ],
  [
    "a foreign key",
    extra("constraint shop.notes customer", {
      definition: 'FOREIGN KEY (customer) REFERENCES shop."all (old)"(id)',
    }),
    "extra",
  ],
  [
    "a check that calls a function",
    extra("constraint shop.notes customer", { definition: "CHECK (tools.spy(customer))" }),
    "opens",
  ],
  ["another column", extra("column shop.orders note", { type: "text", default: "now()" }), "extra"],
  [
    "a default that calls a function from now on",
    changed("column shop.orders note", "default", "tools.spy()"),
    "opens",
  ],
  ["another default", changed("column shop.orders note", "default", "'x'::text"), "changes"],
  [
    "another command of a job of another role",
    changed("cron job nightly of service_role", "command", "select 2"),
    "opens",
  ],
  ["the same of postgres", changed("cron job nightly of postgres", "command", "select 2"), "changes"],
  [
    "a job of another role that runs again",
    changed("cron job nightly of service_role", "active", true),
    "opens",
  ],
  [
    "default privileges that withheld future functions from PUBLIC",
    missing("default privileges owner functions", { grants: {} }),
    "opens",
  ],
  [
    "the same in one schema, where they withhold nothing",
    missing("default privileges owner in shop functions", { grants: {} }),
    "changes",
  ],
  [
    "statistics that call a function for each row",
    extra("statistics shop.spied", {
      definition: "CREATE STATISTICS shop.spied ON tools.spy(note) FROM shop.orders",
    }),
    "opens",
  ],
  [
    "other statistics",
    extra("statistics shop.pairs", {
      definition: "CREATE STATISTICS shop.pairs (ndistinct) ON a, b FROM shop.orders",
    }),
    "extra",
  ],
  [
    "default privileges of tables, of which PUBLIC has none",
    missing("default privileges owner tables", { grants: {} }),
    "changes",
  ],
  [
    "a function of an extension that is no longer withheld from PUBLIC",
    missing("withheld privilege execute on function net.http_get(text) from public", { extension: "pg_net" }),
    "opens",
  ],
  [
    "one that is withheld now",
    extra("withheld privilege execute on function net.http_get(text) from public", { extension: "pg_net" }),
    "extra",
  ],
];

test.each(cases)("the severity of %s", (_, difference, severity) => {
  expect(severityOf(difference)).toBe(severity);
});
