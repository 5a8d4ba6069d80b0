import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, expectDeployed, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = "migrations/20260101000000_first.sql";
const next = "migrations/20260102000000_next.sql";
const schema = "create schema $s;\ncreate table $s.t (id integer);\n";
const theirs = `create schema theirs_$s;
create table theirs_$s.accounts (id integer primary key, name text);
alter table theirs_$s.accounts enable row level security;
create function theirs_$s.total(n integer) returns integer language sql as 'select n';
comment on table theirs_$s.accounts is 'Accounts.';
grant select on theirs_$s.accounts to authenticated;
grant execute on function theirs_$s.total(integer) to authenticated;
grant usage on schema theirs_$s to authenticated;
alter table theirs_$s.accounts alter column name set default 'nobody'`;

/** A statement of a file about a foreign object that is already true, a manual change that undoes it, and the drift. */
const cases = [
  {
    name: "a grant on a table",
    states: "grant select on theirs_$s.accounts to authenticated;",
    undo: "revoke select on theirs_$s.accounts from authenticated",
    drift: 'table theirs_$s.accounts"].grants',
  },
  {
    name: "a grant on a schema",
    states: "grant usage on schema theirs_$s to authenticated;",
    undo: "revoke usage on schema theirs_$s from authenticated",
    drift: 'schema theirs_$s"].grants',
  },
  {
    name: "a revoke",
    states: "revoke insert on theirs_$s.accounts from anon;",
    undo: "grant insert on theirs_$s.accounts to anon",
    drift: 'table theirs_$s.accounts"].grants',
  },
  {
    name: "a comment",
    states: "comment on table theirs_$s.accounts is 'Accounts.';",
    undo: "comment on table theirs_$s.accounts is 'Mine.'",
    drift: 'table theirs_$s.accounts"].comment',
  },
  {
    name: "a row security switch",
    states: "alter table theirs_$s.accounts enable row level security;",
    undo: "alter table theirs_$s.accounts disable row level security",
    drift: 'table theirs_$s.accounts"].rowSecurity',
  },
  {
    name: "a column's default",
    states: "alter table theirs_$s.accounts alter column name set default 'nobody';",
    undo: "alter table theirs_$s.accounts alter column name drop default",
    drift: 'column theirs_$s.accounts name"].default',
  },
  {
    name: "a grant on a function",
    states: "grant execute on function theirs_$s.total(integer) to authenticated;",
    undo: "revoke execute on function theirs_$s.total(integer) from authenticated",
    drift: 'function theirs_$s.total(integer)"].grants',
  },
];

async function deployed(files: Record<string, string>): Promise<BundleUnderTest> {
  const bundle = await databases.bundle({ [first]: schema });
  await bundle.sql(theirs);
  await bundle.up();
  bundle.write(files);
  await bundle.up();
  return bundle;
}

describe.each([next, "repeatable/r.sql"])(
  "a statement of %s belongs to the bundle, even if it was already true:",
  (path) => {
    test.each(sliceOf(cases, 4))("$name", async ({ states, undo, drift }) => {
      const bundle = await deployed({ [path]: states });
      expect(await bundle.refresh()).toEqual([]);

      await bundle.sql(undo);

      expect(await bundle.refresh()).toEqual([`live["${drift.replaceAll("$s", bundle.schema)}`]);
      await bundle.up();
      expect((await bundle.refresh()).filter((line) => !line.includes("grants"))).toEqual([]);
    });
  },
);

test("negative control: what it does not state is not part of the bundle", async () => {
  const bundle = await deployed({ [next]: "comment on table theirs_$s.accounts is 'Accounts.';" });

  await bundle.sql("alter table theirs_$s.accounts disable row level security");
  await bundle.sql("revoke select on theirs_$s.accounts from authenticated");
  await bundle.sql("comment on column theirs_$s.accounts.name is 'Name.'");

  expect(await bundle.refresh()).toEqual([]);
});

test("a statement removed from a repeatable no longer belongs to the bundle and is not reverted", async () => {
  const bundle = await deployed({
    "repeatable/r.sql": "grant select on theirs_$s.accounts to authenticated;",
  });
  bundle.write({ "repeatable/r.sql": "comment on table theirs_$s.accounts is 'Accounts.';" });
  await bundle.up();

  const { rows } = await bundle.sql(
    "select has_table_privilege('authenticated', 'theirs_$s.accounts', 'select') as held",
  );
  expect(rows).toEqual([{ held: true }]);
  await bundle.sql("revoke select on theirs_$s.accounts from authenticated");
  expect(await bundle.refresh()).toEqual([]);
});

test("if a repeatable and a migration state it, it is kept when the repeatable is removed", async () => {
  const grant = "grant select on theirs_$s.accounts to authenticated;";
  const bundle = await deployed({ [next]: grant, "repeatable/r.sql": grant });
  bundle.write({ "repeatable/r.sql": undefined });
  await bundle.up();

  await bundle.sql("revoke select on theirs_$s.accounts from authenticated");

  expect(await bundle.refresh()).toEqual([`live["table theirs_${bundle.schema}.accounts"].grants`]);
});

describe("a statement of a repeatable that the server accepts only once", () => {
  const tables = {
    "migrations/20260101000000_first.sql":
      'create schema $s;\ncreate table $s.t (id integer primary key, n integer);\ncreate publication "all $s";\n',
  };
  const constraint = "alter table $s.t add constraint known check (n > 0);";
  const member = 'alter publication "all $s" add table $s.t;';
  const statistics = "create statistics $s.both on id, n from $s.t;";

  const identity = "alter table $s.t alter column id add generated always as identity;";

  test.each([
    [
      "an identity stays when another statement changes",
      identity,
      `${identity}\ncomment on table $s.t is 'T.';`,
    ],
    [
      "a constraint stays when another statement changes",
      constraint,
      `${constraint}\ncomment on table $s.t is 'T.';`,
    ],
    [
      "a constraint is written differently",
      constraint,
      "alter table $s.t\n  add constraint known check (n > 0); -- n",
    ],
    [
      "a constraint has another condition",
      constraint,
      "alter table $s.t add constraint known check (n > 1);",
    ],
    ["a constraint is removed", constraint, "select 1;"],
    [
      "statistics stay when another statement changes",
      statistics,
      `${statistics}\ncomment on table $s.t is 'T.';`,
    ],
    ["statistics are removed", statistics, "select 1;"],
    [
      "a table of a publication stays when another statement changes",
      member,
      `${member}\ncomment on table $s.t is 'T.';`,
    ],
    ["other columns of it are published", member, 'alter publication "all $s" add table $s.t (id);'],
    ["a table of a publication is removed", member, "select 1;"],
  ])("%s", async (_name, before, after) => {
    const bundle = await databases.bundle({ ...tables, "repeatable/r.sql": before }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ "repeatable/r.sql": after });

    await expectDeployed(databases, bundle);
  });

  test.each([
    ["a migration", next],
    ["another repeatable", "repeatable/q.sql"],
  ])("it moves to %s", async (_name, path) => {
    const bundle = await databases.bundle({ ...tables, "repeatable/r.sql": constraint }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ "repeatable/r.sql": undefined, [path]: constraint });

    await expectDeployed(databases, bundle);
  });

  test.each([
    ["a migration", next],
    ["another repeatable", "repeatable/q.sql"],
  ])("negative control: %s has it too, which a new environment refuses", async (_name, path) => {
    const bundle = await databases.bundle({ ...tables, "repeatable/r.sql": constraint }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [path]: constraint });

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(/constraint "known" for relation "t" already exists \(42710\)/);
    expect(await failureOf(bundle.up())).toBe(preview);
  });
});
