import { beforeAll, describe, expect, test } from "vitest";
import {
  plainProbeQueries,
  probeColumn,
} from "../../../../../plugins/supabasex/provider/sqlBundle/locks/probeQueries";
import {
  characterAt,
  probedText as probedTextWith,
  statementAt,
} from "../../../../../plugins/supabasex/provider/sqlBundle/locks/probes";
import { Relations } from "../../../../../plugins/supabasex/provider/sqlBundle/locks/relations";
import {
  type BundleFile,
  bundleFile,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";

beforeAll(() => loadParser());

const table = (oid: number, name: string) => ({
  ...{ oid, schema: "shared", name, kind: "r", file: oid, table: undefined, rows: 10, bytes: 8192 },
});
const relations = new Relations([table(20_000, "orders"), table(20_001, "Odd Name")]);
const fileOf = (text: string) => bundleFile("migrations/20260101000000_a.sql", "migration", text);

const queries = plainProbeQueries(relations.newest);
const probedText = (file: BundleFile, among: Relations) => probedTextWith(file, among, queries);

const text = `-- 🎉 first
create table shared.items (id int); -- new
alter table shared.orders add column "größe 🎉" int; /* then */ update shared.orders set a = 1 -- last`;

test("a file that names no existing object is sent unchanged", () => {
  expect(probedText(fileOf("create table shared.items (id int);"), relations)).toBeUndefined();
  expect(
    probedText(fileOf("create function f() returns int language sql as 'select 1 from orders';"), relations),
  ).toBeUndefined();
});

test("inserted literals get no probe, and in a file of very many statements only those about tables get one", () => {
  const insert = "insert into shared.orders values (1);";
  const update = "update shared.orders set a = 1;";

  expect(probedText(fileOf(insert.repeat(20_000)), relations)).toBeUndefined();
  expect(
    probedText(fileOf("insert into shared.items select * from shared.orders"), relations)?.after,
  ).toEqual([-1, 0]);
  expect(probedText(fileOf(`${update.repeat(1000)}drop table shared.orders;`), relations)?.after).toEqual([
    -1, 1000,
  ]);
});

test.each([
  ["a name in another case", "ALTER TABLE SHARED.ORDERS ADD a int"],
  ["a name in quotes", 'drop table shared."Odd Name"'],
  ["code that may do anything", "do $$ begin end $$"],
  ["a cascade", "drop type shared.mood cascade"],
])("%s gets a probe", (_, statement) => {
  expect(probedText(fileOf(statement), relations)?.after).toEqual([-1, 0]);
});

test("all locks are read again after statements that may release one: a block and a rollback to a savepoint", () => {
  const rollback = "savepoint a; update shared.orders set a = 1; rollback to savepoint a; select f();";
  const again = probedText(fileOf(rollback), relations);

  expect(again?.after).toEqual([-1, 1, 2, 3]);
  expect(again?.text.split(queries.whole)).toHaveLength(3);
});

describe("a file with probes", () => {
  test("has one before and one after each statement that may lock", () => {
    const again = probedText(fileOf(text), relations);

    expect(again?.after).toEqual([-1, 1, 2]);
    expect(again?.text.split(probeColumn)).toHaveLength(4);
    expect(again?.inserted.order).toEqual([undefined, 0, 1, undefined, 2, undefined]);
  });

  test.each(
    [...text.matchAll(/create table|items|add column|größe|update shared|a = 1/g)].map(
      ({ index, 0: word }) => [word, index],
    ),
  )("finds %s again", (word, index) => {
    const again = probedText(fileOf(text), relations);
    const characters = (whole: string, at: number) => [...whole.slice(0, at)].length;
    // The probes contain none of these words.
    const at = (again?.text ?? "").indexOf(word, again?.inserted.places[0]?.length ?? 0);

    expect(characterAt(characters(again?.text ?? "", at), again?.inserted)).toBe(characters(text, index));
  });

  test("shows which statement the server executes", () => {
    const inserted = probedText(fileOf(text), relations)?.inserted;

    expect([0, 1, 2, 3, 4, 5, 6].map((completed) => statementAt(completed, inserted))).toEqual([
      ...[0, 0, 1, 2, 2, 6, 6],
    ]);
    expect(statementAt(3, undefined)).toBe(3);
    expect(statementAt(-1, inserted)).toBe(-1);
  });
});
