import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, differencesFromEmpty, failureOf, firstFile, nextFile } from "./support";

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
