import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, differencesFromEmpty, expectDeployed, failureOf, firstFile, nextFile } from "./support";

// A column of a partition is only listed if it differs from its table's, so one that became equal is not listed any more. It still exists.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.p (id integer, a integer, b text) partition by range (id);
create table $s.p1 partition of $s.p for values from (1) to (100) partition by range (id);
create table $s."p 11" partition of $s.p1 for values from (1) to (10);
create table $s.p2 partition of $s.p for values from (100) to (200);
alter table $s.p2 alter a set default 7;
alter table $s.p2 alter a set statistics 9;
alter table $s.p2 alter b set storage external;
alter table $s.p2 alter id set not null;
comment on column $s.p2.b is 'B.';
grant select (b) on $s.p2 to anon;
alter table $s."p 11" alter a set default 8;
alter table $s."p 11" alter b set compression pglz;
`;
const rows = "insert into $s.p (id) values (1), (150);";

async function afterChange(manual: string, files: Record<string, string> = {}) {
  const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
  await bundle.up();
  await bundle.sql(rows + manual);
  bundle.write(files);
  return bundle;
}

describe("what a column of a partition has differently is restored", () => {
  test.each([
    [
      "its default was dropped",
      `alter table $s.p2 alter a drop default; alter table $s."p 11" alter a drop default;`,
    ],
    ["the table got another default, and its partitions with it", "alter table $s.p alter a set default 3;"],
    ["only the table got another default", "alter table only $s.p alter a set default 3;"],
    ["the table got another storage", "alter table $s.p alter b set storage main;"],
    [
      "it may be null, and its comment and grant are gone",
      "alter table $s.p2 alter id drop not null; alter table $s.p2 alter b set storage extended; comment on column $s.p2.b is null; revoke select (b) on $s.p2 from anon;",
    ],
    ["its compression was reset", `alter table $s."p 11" alter b set compression default;`],
    ["the column was dropped from the table", "alter table $s.p drop column a;"],
  ])("%s", async (_, manual) => {
    const bundle = await afterChange(manual);
    expect(await bundle.refresh()).not.toEqual([]);

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });
});

test("a migration may state the manual change", async () => {
  const change = "alter table $s.p2 alter a drop default;";
  const bundle = await afterChange(change, { [nextFile]: change });

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
});

test("negative control: a column of an ordinary table that was dropped is added again, and its loss is named", async () => {
  const table = "create table $s.t (id integer, a integer);";
  const bundle = await databases.bundle({ [firstFile]: schema + table }, { dryRun: "live" });
  await bundle.up();
  await bundle.sql("alter table $s.t drop column a");

  await bundle.up();

  expect(bundle.logs.join("\n")).toContain("its values were lost when it was dropped");
});

describe("a manually dropped partition does not stop a deployment, as its parts are restored with it", () => {
  const dropped = "drop table $s.p2;";
  const other = { "migrations/20260103000000_other.sql": "create table $s.other (id integer);" };
  const parts = `create policy own on $s.p2 using (true); create index own on $s.p2 (a);
    alter table $s.p2 add constraint own check (a > 0);`;
  const empty = `${schema}${parts}`;

  test("it is reported until the partition is created again, which restores its parts", async () => {
    const bundle = await databases.bundle({ [firstFile]: empty }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql(dropped);
    bundle.write(other);
    expect(await bundle.refresh()).toContain(`live["column ${bundle.schema}.p2 a"]`);
    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    await bundle.sql("create table $s.p2 partition of $s.p for values from (100) to (200)");
    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
    expect(await differencesFromEmpty(databases, bundle)).toEqual([]);
  });

  test.each([
    "drop table if exists $s.p2;",
    "drop table $s.p2; create table $s.p2 partition of $s.p for values from (100) to (300);",
  ])("a migration drops it, too: %s", async (migration) => {
    const bundle = await databases.bundle({ [firstFile]: empty }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql(dropped);
    bundle.write({ [nextFile]: migration });

    await expectDeployed(databases, bundle);
  });
});

describe("an index of a partitioned table is restored with those of its partitions", () => {
  test.each([
    ["it was dropped", `drop index $s."p b"`],
    [
      "its column was dropped and added",
      "alter table $s.p drop column b; alter table $s.p add column b text",
    ],
  ])("%s", async (_, manual) => {
    const partitioned = `create schema $s; create table $s.p (id integer, b text) partition by range (id);
      create table $s.p1 partition of $s.p for values from (1) to (100);
      create unique index "p b" on $s.p (id, b); create index only_here on only $s.p (b);`;
    const bundle = await databases.bundle({ [firstFile]: partitioned }, { dryRun: "live" });
    await bundle.up();
    await bundle.sql(manual);

    await expectDeployed(databases, bundle);

    const { rows } = await bundle.sql(
      "select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = '$s.p'::regclass order by 1",
    );
    expect(rows).toEqual([
      { name: "only_here", valid: false },
      { name: "p b", valid: true },
    ]);
  });
});
