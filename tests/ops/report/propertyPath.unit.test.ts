import { expect, test } from "vitest";
import { overlaps, parsePath, valueAt } from "../../../ops/report/propertyPath";

test.each([
  ["policy", ["policy"]],
  ["target.ecsParameters[0].cpu", ["target", "ecsParameters", 0, "cpu"]],
  [
    'live["policy shared.customers \\"Everybody, everything\\""].using',
    ["live", 'policy shared.customers "Everybody, everything"', "using"],
  ],
  ['["a.b"][12]', ["a.b", 12]],
])("%s is parsed like the engine does", (path, parts) => {
  expect(parsePath(path)).toEqual(parts);
});

test("a value is found at its path only", () => {
  const root = { a: [{ "b.c": "found" }] };

  expect(valueAt(root, parsePath('a[0]["b.c"]'))).toBe("found");
  expect(valueAt(root, parsePath("a[1].b"))).toBeUndefined();
  expect(valueAt(root, parsePath("a.constructor"))).toBeUndefined();
});

test("paths overlap if one contains the other", () => {
  expect(overlaps("tags", "tags.Owner")).toBe(true);
  expect(overlaps("a[0].b", "a[0]")).toBe(true);
  expect(overlaps("a[0]", "a[1]")).toBe(false);
  expect(overlaps("tag", "tags")).toBe(false);
});
