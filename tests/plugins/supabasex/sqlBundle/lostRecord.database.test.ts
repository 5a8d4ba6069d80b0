import { afterAll, beforeAll, expect, test } from "vitest";
import { Databases, failureOf } from "./support";

// The database records a bundle's objects, and the state contains their digests in case that record is edited.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_tables.sql": `create schema $s;
create table $s.t (id bigint primary key, name text not null default 'x');
alter table $s.t enable row level security;
grant usage on schema public to service_role;
`,
  "repeatable/own.sql": "create policy own on $s.t to authenticated using (id = 1);\n",
};
const next = { "migrations/20260102000000_next.sql": "create table $s.next (id int);\n" };

const empty = "update supabase_migrations.bundles set expected = '{}' where name = '$s'";
const edit =
  "update supabase_migrations.bundles set expected = expected #- '{table $s.t,rowSecurity}' where name = '$s'";

test.each([
  ["emptied", empty],
  ["edited", edit],
  [
    "deleted, with the list of files",
    "delete from supabase_migrations.bundle_files where bundle = '$s'; delete from supabase_migrations.bundles where name = '$s'",
  ],
])("a record that was %s is restored from the database", async (_, change) => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  await bundle.sql(change);
  bundle.write(next);

  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  // As a control: the restored objects are compared, including a default.
  await bundle.sql("alter table $s.t alter name drop default; drop policy own on $s.t");
  expect(await bundle.refresh()).toEqual([
    `live["column ${bundle.schema}.t name"].default`,
    `live["policy ${bundle.schema}.t own"]`,
  ]);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});

test.each([
  ["emptied", empty, "is empty"],
  ["edited", edit, "was edited"],
])(
  "if the record was %s and an object changed too, an up names it and changes nothing",
  async (_, change, what) => {
    const bundle = await databases.bundle(files);
    await bundle.up();
    await bundle.sql(change);
    await bundle.sql("alter table $s.t disable row level security");
    bundle.write(next);

    const paths = await bundle.refresh();
    const failure = await failureOf(bundle.update());

    expect(paths).toEqual([`live["table ${bundle.schema}.t"]`]);
    expect(failure).toBe(
      [
        `The database's own record of this bundle (supabase_migrations.bundles.expected) ${what}, and these objects have changed since the last deployment, so their expected state is unknown:`,
        `  table ${bundle.schema}.t`,
        "  Restore the record from a backup, or undo the changes to these objects; then run the command again.",
      ].join("\n"),
    );
    expect((await bundle.sql("select to_regclass('$s.next') as n")).rows).toEqual([{ n: null }]);
    await bundle.sql("alter table $s.t enable row level security");
    await bundle.up();
    expect(await bundle.refresh()).toEqual([]);
  },
);

test("a state of layout 1 is upgraded: drift is reported and the record restored", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  const { rows } = await bundle.sql("select expected from supabase_migrations.bundles where name = '$s'");
  const { expected } = rows[0];
  const { outputs, inputs } = bundle.state ?? { outputs: {}, inputs: {} };
  bundle.state = { inputs, outputs: { ...outputs, schemaVersion: 1, expected, live: expected } };

  await bundle.sql("drop policy own on $s.t");
  await bundle.sql(empty);
  const failure = await failureOf(bundle.up());

  // The policy is in neither: the state only contains its digest now.
  expect(failure).toContain(`\n  policy ${bundle.schema}.t own\n`);
  await bundle.sql("create policy own on $s.t to authenticated using (id = 1)");
  bundle.write(next);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});
