import { expect, test } from "vitest";
import type { JsonObject } from "../../../../../foundation/json";
import {
  doCompare,
  withHashesOfNow,
} from "../../../../../plugins/supabasex/provider/sqlBundle/catalog/hashes";

const known = { "queues.meta": "1.6 on 17: a", "queues.q_old": "1.6 on 17: b" };

const compares = (tables: JsonObject, now: JsonObject) => doCompare("tables", { tables }, { tables: now });

test("tables that an extension creates and drops at run time are no difference", () => {
  const { "queues.meta": meta } = known;

  expect(compares(known, { "queues.meta": meta, "queues.q_new": "1.6 on 17: c" })).toBe(false);
});

test("another version of the extension is no difference", () => {
  const updated = { "queues.meta": "1.7 on 17: x", "queues.q_old": "1.7 on 17: y" };

  expect(compares(known, updated)).toBe(false);
  expect(withHashesOfNow({ tables: known }, { tables: updated })).toEqual({ tables: updated });
});

test("a baseline without tables or columns adopts those of now", () => {
  expect(doCompare("tables", {}, { tables: known })).toBe(false);
  expect(doCompare("columnTypes", {}, { columnTypes: "17: a" })).toBe(false);
  expect(withHashesOfNow({}, { tables: known, columnTypes: "17: a", logged: true })).toEqual({
    ...{ tables: known, columnTypes: "17: a", logged: true },
  });
});

test("control: another hash of a known table is a difference, and the baseline keeps its own", () => {
  const changed = { ...known, "queues.meta": "1.6 on 17: x" };

  expect(compares(known, changed)).toBe(true);
  expect(withHashesOfNow({ tables: known }, { tables: changed })).toEqual({ tables: known });
});

test("privileges of an aggregate, which older versions did not read, are adopted", () => {
  const [aggregate, now] = [
    { contentNotRead: true },
    { contentNotRead: true, grants: { anon: ["execute"] } },
  ];

  expect(doCompare("grants", aggregate, now)).toBe(false);
  expect(withHashesOfNow(aggregate, now)).toEqual(now);
  expect(doCompare("grants", { ...aggregate, grants: {} }, now)).toBe(true);
  expect(doCompare("grants", {}, { grants: { anon: ["execute"] } })).toBe(true);
});
