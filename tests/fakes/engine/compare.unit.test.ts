import { expect, it } from "vitest";
import { checkInputs } from "../../../fakes/engine/check";
import { compare } from "../../../fakes/engine/compare";
import type { AnyResource, Property } from "../../../fakes/engine/table";
import type { PropertyMap } from "../../../plugins/provider-host/values";

const urn = "urn:pulumi:local::p::t::it";

function resourceWith(
  inputs: Record<string, Property>,
  more: Partial<AnyResource<never>> = {},
): AnyResource<never> {
  const never = () => Promise.reject(new Error("is not called"));
  return { inputs, create: never, read: never, delete: never, ...more };
}

function found(resource: AnyResource<never>, actual: PropertyMap, desired: PropertyMap) {
  const { detailed = {}, deleteBeforeReplace } = compare(resource, {
    urn,
    type: "t",
    id: "id",
    oldInputs: actual,
    oldOutputs: actual,
    inputs: desired,
    ignoreChanges: [],
  });
  const kinds = Object.fromEntries(Object.entries(detailed).map(([path, { kind }]) => [path, kind]));
  return { kinds, deleteBeforeReplace };
}

it("compares values in their normal form, and names the path in it", () => {
  const lowerCase: Property = {
    type: "map",
    normal: (value) => JSON.parse(JSON.stringify(value).toLowerCase()),
  };
  const resource = resourceWith({ rule: lowerCase });

  expect(found(resource, { rule: { mode: "ON", days: 1 } }, { rule: { mode: "on", days: 1 } }).kinds).toEqual(
    {},
  );
  expect(found(resource, { rule: { mode: "ON", days: 1 } }, { rule: { mode: "on", days: 2 } }).kinds).toEqual(
    {
      "rule.days": "update",
    },
  );
});

it("reports a replaced item of an unordered list as an update", () => {
  const resource = resourceWith({ list: { type: "list", unordered: true } });

  expect(found(resource, { list: ["a", "b"] }, { list: ["b", "a"] }).kinds).toEqual({});
  expect(found(resource, { list: ["a", "b"] }, { list: ["b", "c"] }).kinds).toEqual({
    "list[0]": "delete",
    "list[1]": "add",
  });
  expect(found(resource, { list: ["a"] }, { list: ["c"] }).kinds).toEqual({ "list[0]": "update" });
});

it("generates and keeps the name in the property that the type has for it", () => {
  const resource = resourceWith(
    { bucket: { type: "string", required: true, replaces: true }, lock: { type: "boolean", replaces: true } },
    { autoname: { maxLength: 63, property: "bucket" } },
  );
  const request = { urn, type: "t", name: "it", oldInputs: {}, inputs: {}, randomSeed: new Uint8Array([1]) };
  const made = checkInputs(resource, request);

  expect(made.inputs.bucket).toMatch(/^it-[0-9a-f]{7}$/);
  expect(made.failures).toEqual([]);
  const kept = checkInputs(resource, { ...request, oldInputs: { bucket: "given" } });
  expect(kept.inputs.bucket).toBe("given");
  // The new resource cannot have the same name while the old one exists.
  expect(found(resource, { bucket: "given" }, { bucket: "given", lock: true }).deleteBeforeReplace).toBe(
    true,
  );
  expect(found(resource, { bucket: "given" }, { bucket: "other", lock: true }).deleteBeforeReplace).toBe(
    false,
  );
});
