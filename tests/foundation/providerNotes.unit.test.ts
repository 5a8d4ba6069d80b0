import { expect, test } from "vitest";
import {
  noteOfDefaults,
  withoutProviderDefaults,
  withoutProviderNotes,
} from "../../foundation/providerNotes";

const inputs = {
  name: "letters",
  delaySeconds: 0,
  rules: [
    { id: "a", status: "Enabled", __defaults: ["status"] },
    { id: "b", __defaults: [] },
  ],
  __defaults: ["delaySeconds"],
  __meta: "{}",
};

test("a provider's notes are removed at every level, and the values that they are about stay", () => {
  expect(withoutProviderNotes(inputs)).toEqual({
    name: "letters",
    delaySeconds: 0,
    rules: [{ id: "a", status: "Enabled" }, { id: "b" }],
  });
});

test("the provider's defaults are removed with their notes, each at the level of its note", () => {
  expect(withoutProviderDefaults({ ...inputs, status: "declared" })).toEqual({
    name: "letters",
    rules: [{ id: "a" }, { id: "b" }],
    status: "declared",
  });
});

test("a value without notes stays as it is", () => {
  expect(withoutProviderDefaults({ a: [1, null, "x", { b: true }] })).toEqual({
    a: [1, null, "x", { b: true }],
  });
});

test("a note names the defaults, in order", () => {
  expect(withoutProviderDefaults({ b: 1, a: 2, c: 3, ...noteOfDefaults(["b", "a"]) })).toEqual({ c: 3 });
  expect(noteOfDefaults(["b", "a"])).toEqual({ __defaults: ["a", "b"] });
});
