import { expect, test } from "vitest";
import { doCompare, withHashesOfNow } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/hashes";

const known = { "queues.meta": "1.6 on 17: a", "queues.q_old": "1.6 on 17: b" };

test("tables that an extension creates and drops at run time are no difference", () => {
  const { "queues.meta": meta } = known;

  expect(doCompare("tables", known, { "queues.meta": meta, "queues.q_new": "1.6 on 17: c" })).toBe(false);
});

test("another version of the extension is no difference", () => {
  const updated = { "queues.meta": "1.7 on 17: x", "queues.q_old": "1.7 on 17: y" };

  expect(doCompare("tables", known, updated)).toBe(false);
  expect(withHashesOfNow({ tables: known }, { tables: updated })).toEqual({ tables: updated });
});

test("a baseline without tables or columns adopts those of now", () => {
  expect(doCompare("tables", undefined, known)).toBe(false);
  expect(doCompare("columnTypes", undefined, "17: a")).toBe(false);
  expect(withHashesOfNow({}, { tables: known, columnTypes: "17: a", logged: true })).toEqual({
    ...{ tables: known, columnTypes: "17: a", logged: true },
  });
});

test("control: another hash of a known table is a difference, and the baseline keeps its own", () => {
  const changed = { ...known, "queues.meta": "1.6 on 17: x" };

  expect(doCompare("tables", known, changed)).toBe(true);
  expect(withHashesOfNow({ tables: known }, { tables: changed })).toEqual({ tables: known });
});
