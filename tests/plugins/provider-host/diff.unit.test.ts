import { describe, expect, it } from "vitest";
import { detailedDiff, differences } from "../../../plugins/provider-host/diff";
import { formatPath } from "../../../plugins/provider-host/propertyPath";
import { Secret, unknown, type Value } from "../../../plugins/provider-host/values";

const at = (before: Value, after: Value) =>
  Object.fromEntries(differences(before, after).map(({ path, kind }) => [formatPath(path), kind]));

describe("differences", () => {
  it.each<[string, Value, Value, Record<string, string>]>([
    ["equal values", { a: [1, { b: null }] }, { a: [1, { b: null }] }, {}],
    ["a changed leaf", { a: { b: 1 } }, { a: { b: 2 } }, { "a.b": "update" }],
    ["an added and a removed key", { a: 1 }, { b: 1 }, { a: "delete", b: "add" }],
    ["a longer list", { a: ["x"] }, { a: ["x", "y"] }, { "a[1]": "add" }],
    ["a shorter list", { a: ["x", "y"] }, { a: ["x"] }, { "a[1]": "delete" }],
    ["another type", { a: "1" }, { a: 1 }, { a: "update" }],
    ["null against absent", { a: null }, {}, { a: "delete" }],
    ["a secret against the same in plain", { a: new Secret("x") }, { a: "x" }, {}],
    ["a changed secret", { a: new Secret("x") }, { a: new Secret("y") }, { a: "update" }],
    [
      "a difference inside a secret",
      { a: new Secret({ b: 1 }) },
      { a: new Secret({ b: 2 }) },
      { "a.b": "update" },
    ],
    ["something not known yet", { a: 1 }, { a: unknown }, { a: "update" }],
    ["something not known before", { a: unknown }, { a: unknown }, { a: "update" }],
    ["a key that objects inherit", {}, { constructor: 1 }, { constructor: "add" }],
    ["keys that are no identifiers", {}, { 'files "a.sql"': 1 }, { '["files \\"a.sql\\""]': "add" }],
  ])("finds %s", (_what, before, after, expected) => {
    expect(at(before, after)).toEqual(expected);
  });

  it("becomes the engine's detailed diff", () => {
    expect(detailedDiff(differences({ a: { "b.c": 1 } }, { a: {} }), { inputDiff: false })).toEqual({
      'a["b.c"]': { kind: "delete", inputDiff: false },
    });
  });
});
