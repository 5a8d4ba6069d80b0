import { expect, test } from "vitest";
import type { Catalog } from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import {
  catalogChanges,
  describeChanges,
} from "../../../../../plugins/supabasex/provider/sqlBundle/preview/changes";

/** Returns a reading in which each object has the listed address. */
const reading = (catalog: Catalog, addresses: Record<string, string> = {}) => ({
  catalog,
  addresses: new Map(Object.entries(addresses)),
});

test.each([
  ['table s."a b"', ['column s."a b" id', 'constraint s."a b" "p k"']],
  ['table "my s"."t"', ['column "my s"."t" "first name"']],
  ["materialized view s.m", ["column s.m id"]],
])("the parts of %s, which is new, are not listed", (whole, parts) => {
  const after = Object.fromEntries([whole, ...parts].map((identity) => [identity, {}]));

  expect(describeChanges(catalogChanges(reading({}), reading(after)))).toEqual([`  + ${whole}`]);
});

test("a new part of an existing table is listed", () => {
  const before = { 'table s."a b"': {} };

  const after = { ...before, 'column s."a b" id': {} };

  expect(describeChanges(catalogChanges(reading(before), reading(after)))).toEqual(['  + column s."a b" id']);
});

test("a rename is listed as a change of the name, without its consequences", () => {
  const before = reading(
    {
      "table s.t": { owner: "o" },
      "column s.t a": { type: "integer" },
      "view s.v": { definition: " SELECT t.a\n   FROM s.t;" },
      "view s.w": { definition: " SELECT 1;" },
    },
    { "table s.t": "1:1:0", "column s.t a": "1:1:1", "view s.v": "1:2:0", "view s.w": "1:3:0" },
  );
  const after = reading(
    {
      "table s.u": { owner: "o" },
      "column s.u b": { type: "bigint" },
      "view s.v": { definition: " SELECT u.b AS a\n   FROM s.u;" },
      "view s.w": { definition: " SELECT 2;" },
    },
    { "table s.u": "1:1:0", "column s.u b": "1:1:1", "view s.v": "1:2:0", "view s.w": "1:3:0" },
  );

  expect(describeChanges(catalogChanges(before, after))).toEqual([
    "  ~ column s.t a",
    "      name: a → b",
    "      type: integer → bigint",
    "  ~ table s.t",
    "      name: s.t → s.u",
    "  ~ view s.w",
    "      definition:  SELECT 1; →  SELECT 2;",
  ]);
});

test("another object with the same name is a new object", () => {
  const before = reading({ "view s.v": { a: 1 } }, { "view s.v": "1:1:0" });
  const after = reading(
    { "view s.v": { a: 2 }, "view s.old": { a: 1 } },
    { "view s.v": "1:9:0", "view s.old": "1:1:0" },
  );

  expect(describeChanges(catalogChanges(before, after))).toEqual([
    "  + view s.old",
    "  ~ view s.v",
    "      a: 1 → 2",
  ]);
});
