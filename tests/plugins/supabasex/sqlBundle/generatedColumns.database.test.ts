import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, differencesFromEmpty, failureOf, firstFile, nextFile } from "./support";

// The server computes the values of generated columns, so another expression loses none.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.t (id integer primary key, a integer not null, b integer generated always as (a * 2) stored);
create index t_b on $s.t (b);
grant select (b) on $s.t to anon;
comment on column $s.t.b is 'Double.';
`;
const rows = "insert into $s.t (id, a) values (1, 1), (2, 2);";
const add = (name: string, expression: string, type = "integer") =>
  `alter table $s.t add column ${name} ${type} generated always as (${expression}) stored;`;
const changed = `alter table $s.t drop column b; ${add("b", "a * 3")}`;

async function afterChange(manual: string, files: Record<string, string> = {}) {
  const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
  await bundle.up();
  await bundle.sql(rows + manual);
  bundle.write(files);
  await bundle.refresh();
  bundle.logs = [];
  return bundle;
}

const repaired: { name: string; manual: string; files?: Record<string, string>; values: unknown[] }[] = [
  {
    name: "a migration adds a manual column with another expression",
    manual: add("c", "a + 1"),
    files: { [nextFile]: add("c", "a + 2") },
    values: [3, 4],
  },
  {
    name: "the same with if not exists",
    manual: add("c", "a + 1"),
    files: { [nextFile]: add("c", "a + 2").replace("column", "column if not exists") },
    values: [3, 4],
  },
  {
    name: "a migration adds it with another type",
    manual: add("c", "a + 1"),
    files: { [nextFile]: add("c", "a + 1", "bigint") },
    values: ["2", "3"],
  },
  {
    name: "a migration adds it with another type and expression",
    manual: add("c", "a + 1"),
    files: { [nextFile]: add("c", "'x' || a::text", "text") },
    values: ["x1", "x2"],
  },
  { name: "a column was dropped and added with another expression", manual: changed, values: [2, 4] },
  { name: "its type was changed", manual: "alter table $s.t alter b type bigint;", values: [2, 4] },
];

test.each(repaired)("$name: the values are computed again", async ({ manual, files, values }) => {
  const bundle = await afterChange(manual, files);

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  const column = files === undefined ? "b" : "c";
  const { rows: found } = await bundle.sql(`select ${column} as value from $s.t order by id`);
  expect(found.map(({ value }) => value as unknown)).toEqual(values);
  expect(bundle.logs.join("\n")).toContain(`Repaired:\n  column ${bundle.schema}.t ${column}`);
  expect(await bundle.refresh()).toEqual([]);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
});

describe("nothing is lost without being named", () => {
  test.each([
    [
      "an ordinary column that a migration adds as generated",
      "alter table $s.t add column c integer default 5;",
      "c",
    ],
    ["a generated column that became ordinary", "alter table $s.t alter b drop expression;", "b"],
  ])("%s: up stops", async (_, manual, column) => {
    const bundle = await afterChange(manual, column === "c" ? { [nextFile]: add("c", "a + 2") } : {});

    expect(await failureOf(bundle.preview())).toContain("generated is absent instead of");
    expect(await failureOf(bundle.up())).toContain("generated is absent instead of");
    await bundle.sql(`select ${column} from $s.t`);
  });

  test.each([
    [
      "an index",
      "create index manual on $s.t (b, id)",
      "select from pg_indexes where schemaname = '$s' and indexname = 'manual'",
    ],
    [
      "a constraint",
      "alter table $s.t add constraint manual check (b > 0)",
      "select from pg_constraint where conname = 'manual' and conrelid = '$s.t'::regclass",
    ],
    [
      "statistics",
      "create statistics $s.manual on a, b from $s.t",
      "select from pg_statistic_ext where stxnamespace = '$s'::regnamespace",
    ],
    [
      "a grant",
      "grant update (b) on $s.t to authenticated",
      "select where has_column_privilege('authenticated', '$s.t', 'b', 'update')",
    ],
    ["a view", "create view $s.manual as select b from $s.t", "select from $s.manual limit 1"],
  ])("with %s of a manual change, which stays", async (_, part, isThere) => {
    const bundle = await afterChange(`${changed} ${part};`);

    const preview = await failureOf(bundle.preview());
    expect(await failureOf(bundle.up())).toBe(preview);

    expect((await bundle.sql(isThere)).rowCount).toBe(1);
    const { rows: found } = await bundle.sql("select b from $s.t where id = 2");
    // Before PostgreSQL 17, the column would have to be dropped with it.
    expect(found).toEqual([{ b: preview === "it succeeded" ? 4 : 6 }]);
  });
});

// On every version, another type and expression need a new column.
const otherType = `alter table $s.p drop column b; ${add("b", "'x' || a::text", "text").replace("$s.t", "$s.p")}`;
const partitioned = `create schema $s;
create table $s.p (id integer, a integer not null, b integer generated always as (a * 2) stored) partition by range (id);
create table $s.p1 partition of $s.p for values from (1) to (100) partition by range (id);
create table $s."p 11" partition of $s.p1 for values from (1) to (100);
`;
const inherited = `create schema $s;
create table $s.p (id integer, a integer not null, b integer generated always as (a * 2) stored);
create table $s."p 11" () inherits ($s.p);
`;
const manualParts: Record<string, string> = {
  "an index": `create index manual on $s."p 11" (b, a);`,
  "a constraint": `alter table $s."p 11" add constraint manual check (b > '');`,
  statistics: `create statistics $s.manual on a, b from $s."p 11";`,
  "a grant": `grant select (b) on $s."p 11" to authenticated;`,
};

async function afterOtherType(before: string, manual: string) {
  const bundle = await databases.bundle({ [firstFile]: before }, { dryRun: "live" });
  await bundle.up();
  await bundle.sql(`insert into $s."p 11" (id, a) values (1, 1), (2, 2); ${otherType}`);
  await bundle.sql(manual);
  await bundle.refresh();
  return bundle;
}

async function valuesIn(bundle: BundleUnderTest): Promise<unknown[]> {
  return (await bundle.sql("select b from $s.p order by id")).rows.map(({ b }) => b as unknown);
}

describe.each([
  ["of a partition", partitioned],
  ["of an inheriting table", inherited],
])("what is dropped with a column %s", (_, before) => {
  test.each(Object.entries(manualParts))("%s of a manual change stays", async (_part, manual) => {
    const bundle = await afterOtherType(before, manual);

    expect(await failureOf(bundle.preview())).toContain("generated is ('x'::text || (a)::text) instead of");
    expect(await failureOf(bundle.up())).toContain("generated is ('x'::text || (a)::text) instead of");

    expect(await valuesIn(bundle)).toEqual(["x1", "x2"]);
  });

  test("negative control: parts without the column do not matter", async () => {
    const bundle = await afterOtherType(before, `create index manual on $s."p 11" (a);`);

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect(await valuesIn(bundle)).toEqual([2, 4]);
    expect(await bundle.refresh()).toEqual([expect.stringContaining("manual")]);
  });
});

test("a manual comment on the column of a partition stays", async () => {
  const bundle = await afterOtherType(partitioned, `comment on column $s."p 11".b is 'Manual.';`);

  expect(await failureOf(bundle.up())).toContain("generated is ('x'::text || (a)::text) instead of");
});

describe("a column that would be elsewhere is not dropped", () => {
  test.each([
    ["its table", "$s.p"],
    ["an inheriting table", `$s."p 11"`],
  ])("a later column of %s", async (_, table) => {
    const bundle = await afterOtherType(
      inherited,
      `alter table ${table} add column later integer default 5;`,
    );

    expect(await failureOf(bundle.preview())).toContain("generated is ('x'::text || (a)::text) instead of");
    expect(await failureOf(bundle.up())).toContain("generated is ('x'::text || (a)::text) instead of");

    expect(await valuesIn(bundle)).toEqual(["x1", "x2"]);
  });

  test("negative control: a later column that was dropped", async () => {
    const bundle = await afterOtherType(
      inherited,
      "alter table $s.p add column later integer; alter table $s.p drop column later;",
    );

    await bundle.up();

    expect(await valuesIn(bundle)).toEqual([2, 4]);
    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });
});
