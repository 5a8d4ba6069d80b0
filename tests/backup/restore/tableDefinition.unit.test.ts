import { expect, it } from "vitest";
import { parseColumn } from "../../../backup/restore/tableDefinition";

it.each([
  ["a integer", "integer", undefined, "a integer"],
  ["a integer DEFAULT 5 NOT NULL", "integer", "5", "a integer NOT NULL"],
  ["a numeric(5,2) NOT NULL", "numeric(5,2)", undefined, "a numeric(5,2) NOT NULL"],
  ["a s.t[] DEFAULT (x IS NOT NULL)", "s.t[]", "(x IS NOT NULL)", "a s.t[]"],
  [
    `"a DEFAULT b" text DEFAULT ' NOT NULL'::text COLLATE "C"`,
    "text",
    "' NOT NULL'::text",
    '"a DEFAULT b" text COLLATE "C"',
  ],
])("the parts of column %s", (column, type, defaultValue, withoutDefault) => {
  expect(parseColumn(column)).toMatchObject({ type, isGenerated: false, defaultValue, withoutDefault });
});
