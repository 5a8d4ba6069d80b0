import { beforeAll, describe, expect, test } from "vitest";
import { objectsWithout } from "../../../../../plugins/supabasex/provider/sqlBundle/source/commands";
import type { BundleFile } from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { partitionSteps } from "../../../../../plugins/supabasex/provider/sqlBundle/source/partitionSteps";

beforeAll(() => loadParser());

function file(text: string): BundleFile {
  return { path: "a.sql", display: "a.sql", text } as BundleFile;
}

test("each statement about a partition is a step, with the bound as written", () => {
  const steps = partitionSteps(
    file(`-- ä
create table s.a partition of s."P" for values in ('x)', E'\\'') with (fillfactor = 70);
create table if not exists s.b partition of s.r
  for values from ('2026-01-01', minvalue) to ((date '2026-01-01' + 1)) partition by list (n);
create table s.c partition of s.h for values with (modulus 4, remainder 1);
create table s.d partition of s.r default partition by list (n);
alter table s.r attach partition e for values in (1, 2);
alter table s.r detach partition s.b concurrently;
alter table if exists s.r detach partition s.d;
drop table if exists s.a, "E";
alter index s.r_i attach partition s.b_i;
create table s.plain (id integer);
drop view s.v;`),
  );

  expect(steps).toEqual([
    { does: "create", child: "s.a", parent: 's."P"', bound: "for values in ('x)', E'\\'')", ifNeeded: false },
    {
      does: "create",
      child: "s.b",
      parent: "s.r",
      bound: "for values from ('2026-01-01', minvalue) to ((date '2026-01-01' + 1))",
      ifNeeded: true,
    },
    {
      does: "create",
      child: "s.c",
      parent: "s.h",
      bound: "for values with (modulus 4, remainder 1)",
      ifNeeded: false,
    },
    { does: "create", child: "s.d", parent: "s.r", bound: "default", ifNeeded: false },
    { does: "attach", child: "e", parent: "s.r", bound: "for values in (1, 2)", ifNeeded: false },
    { does: "detach", child: "s.b", parent: "s.r", ifNeeded: false },
    { does: "detach", child: "s.d", parent: "s.r", ifNeeded: false },
    { does: "drop", child: "s.a", ifNeeded: true },
    { does: "drop", child: '"E"', ifNeeded: true },
  ]);
});

describe("objects are left out of a drop", () => {
  test.each([
    {
      sql: "drop table a, b, c cascade",
      kindWords: 1,
      isOut: [true, false, true],
      rest: "drop table b cascade",
    },
    { sql: "drop table a, b cascade", kindWords: 1, isOut: [false, true], rest: "drop table a cascade" },
    {
      sql: "drop materialized view /* , */ s.a, s.b restrict",
      kindWords: 2,
      isOut: [true, false],
      rest: "drop materialized view s.b restrict",
    },
    {
      sql: "drop function f(a integer, b integer), g",
      kindWords: 1,
      isOut: [true, false],
      rest: "drop function g",
    },
  ])("$sql", ({ sql, kindWords, isOut, rest }) => {
    const parts = objectsWithout(sql, { start: 0, end: sql.length, kindWords }, isOut);

    const text = parts.reduce(
      (all, { start, end, instead }) => all.slice(0, start) + instead.padEnd(end - start) + all.slice(end),
      sql,
    );
    expect(text.replaceAll(/\s+/g, " ")).toBe(rest);
  });

  test("leaving out all objects or none returns no list", () => {
    expect(objectsWithout("drop table a, b", { start: 0, end: 15, kindWords: 1 }, [true, true])).toEqual([]);
    expect(objectsWithout("drop table a, b", { start: 0, end: 15, kindWords: 1 }, [false, false])).toEqual(
      [],
    );
  });
});
