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

test("notes of a provider are left out at every level, and what they are about stays", () => {
  expect(withoutProviderNotes(inputs)).toEqual({
    name: "letters",
    delaySeconds: 0,
    rules: [{ id: "a", status: "Enabled" }, { id: "b" }],
  });
});

test("what the provider filled in is left out with its notes, each where it is noted", () => {
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

test("a note names what was filled in, in order", () => {
  expect(withoutProviderDefaults({ b: 1, a: 2, c: 3, ...noteOfDefaults(["b", "a"]) })).toEqual({ c: 3 });
  expect(noteOfDefaults(["b", "a"])).toEqual({ __defaults: ["a", "b"] });
});
