import { expect, test } from "vitest";
import {
  hazardLines,
  hazardsIn,
  lockLines,
  locksIn,
  sizeText,
} from "../../../plugins/supabasex/lockMessages";

const first = {
  place: "sql/migrations/20260102000000_a.sql:3",
  statement: "alter table shared.orders add constraint c check (note <> 'a; b'): 1",
  relation: "shared.orders",
  lock: "ACCESS EXCLUSIVE",
  blocks: "blocks reads and writes",
  heldSeconds: 1.5,
  rewritten: true,
  scanned: true,
  rows: 50,
  bytes: 81_920,
};

test("messages about locks are parsed as they were written", () => {
  const locks = [
    first,
    { ...first, relation: "shared.items", rewritten: false },
    {
      ...{ place: "a b.sql:1", statement: "do $$ begin end $$", relation: 'odd."Name: x"', lock: "SHARE" },
      ...{ blocks: "blocks writes", rewritten: false, scanned: false, bytes: 0 },
    },
  ];

  expect(locksIn(lockLines(locks))).toEqual(locks);
  expect(lockLines(locks).slice(0, 2)).toEqual([
    "  sql/migrations/20260102000000_a.sql:3: alter table shared.orders add constraint c check (note <> 'a; b'): 1",
    "    shared.orders; ACCESS EXCLUSIVE; blocks reads and writes; for 1.5 s; rewritten; read in full; 50 rows; 81920 bytes (81.9 kB)",
  ]);
});

test("messages about hazards are parsed as they were written", () => {
  const hazards = [
    {
      hazard: "index-build",
      relation: "shared.orders",
      place: "a.sql:1",
      text: "An index. Safe way.",
      isAccepted: false,
    },
    { hazard: "data-loss", relation: 'odd."a (b)"', place: "b.sql:22", text: "It is old.", isAccepted: true },
  ];

  expect(hazardsIn(hazardLines(hazards))).toEqual(hazards);
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [8192, "8.19 kB"],
  [1_234_567, "1.23 MB"],
  [5e13, "50 TB"],
])("%i is %s", (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
