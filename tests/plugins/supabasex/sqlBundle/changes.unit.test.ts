import { expect, test } from "vitest";
import {
  catalogChanges,
  describeChanges,
} from "../../../../plugins/supabasex/provider/sqlBundle/preview/changes";

test.each([
  ['table s."a b"', ['column s."a b" id', 'constraint s."a b" "p k"']],
  ['table "my s"."t"', ['column "my s"."t" "first name"']],
  ["materialized view s.m", ["column s.m id"]],
])("the parts of %s, which is new, go without saying", (whole, parts) => {
  const after = Object.fromEntries([whole, ...parts].map((identity) => [identity, {}]));

  expect(describeChanges(catalogChanges({}, after))).toEqual([`  + ${whole}`]);
});

test("a part of a table that was there is shown", () => {
  const before = { 'table s."a b"': {} };

  expect(describeChanges(catalogChanges(before, { ...before, 'column s."a b" id': {} }))).toEqual([
    '  + column s."a b" id',
  ]);
});
