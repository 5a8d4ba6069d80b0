import { afterAll, beforeAll, expect, test } from "vitest";
import { type BundleUnderTest, Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const migration = `create schema $s;
create table $s.t (id integer primary key, name text);
create function $s.touch() returns trigger language plpgsql as 'begin return new; end';
`;

/** Repeatables whose objects cannot be replaced in place: with one column, and with two or another type. */
const repeatables = (columns: string, type: string): Record<string, string> => ({
  "repeatable/v.sql": `create or replace view $s.v as select ${columns} from $s.t;\ngrant select on $s.v to authenticated;`,
  "repeatable/revoked.sql": `create or replace view $s.revoked as select ${columns} from $s.t;\nrevoke all on $s.revoked from anon;`,
  "repeatable/plain.sql": `create view $s.plain as select ${columns} from $s.t;`,
  "repeatable/f.sql": `create or replace function $s.f() returns ${type} language sql as 'select 1::${type}';\nrevoke execute on function $s.f() from public;`,
  "repeatable/m.sql": `create materialized view $s.m as select ${columns} from $s.t;`,
});

const manual = `grant select, insert on $s.v to anon; grant update (id) on $s.v to anon;
grant select on $s.revoked to anon, service_role;
create trigger by_hand instead of update on $s.plain for each row execute function $s.touch();
create rule by_hand as on insert to $s.plain do instead nothing;
grant select on $s.plain to anon with grant option;
grant execute on function $s.f() to anon;
create index by_hand on $s.m (id); grant select on $s.m to anon`;

/** Manual changes that a refresh reports. */
const reported = [
  'live["column $s.v id"]',
  'live["function $s.f()"].grants',
  'live["index $s.by_hand"]',
  'live["materialized view $s.m"].grants',
  'live["rule $s.plain by_hand"]',
  'live["trigger $s.plain by_hand"]',
  'live["view $s.plain"].grants',
  'live["view $s.revoked"].grants',
  'live["view $s.v"].grants',
];

async function rebuilt(prune: "report" | "drop"): Promise<BundleUnderTest> {
  const files = { "migrations/20260101000000_first.sql": migration, ...repeatables("id, name", "integer") };
  const bundle = await databases.bundle(files, { dryRun: "live", prune });
  await bundle.up();
  await bundle.sql(manual);
  bundle.write(repeatables("id", "bigint"));
  await bundle.refresh();
  bundle.logs = [];
  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();
  return bundle;
}

test("what was made manually on rebuilt objects is recreated, stays foreign and is named; a file's revoke wins", async () => {
  const bundle = await rebuilt("report");

  expect(await bundle.refresh()).toEqual(reported.map((path) => path.replaceAll("$s", bundle.schema)));
  expect(
    (
      await bundle.sql(
        `select has_table_privilege('anon', '$s.v', 'insert') as v, has_column_privilege('anon', '$s.v', 'id', 'update') as id,
           has_table_privilege('anon', '$s.revoked', 'select') as revoked,
           has_table_privilege('service_role', '$s.revoked', 'select') as other,
           has_table_privilege('anon', '$s.plain', 'select with grant option') as plain,
           has_function_privilege('anon', '$s.f()', 'execute') as f, has_table_privilege('anon', '$s.m', 'select') as m`,
      )
    ).rows,
  ).toEqual([{ v: true, id: true, revoked: false, other: true, plain: true, f: true, m: true }]);
  const lines = bundle.logs.join("\n").replaceAll(bundle.schema, "$s");
  expect(lines).toContain(
    "(not made by the bundle, and not adopted):\n  column $s.v id\n  index $s.by_hand\n  rule $s.plain by_hand\n  trigger $s.plain by_hand",
  );
});

test("negative control: with prune: drop, what can be pruned is gone", async () => {
  const bundle = await rebuilt("drop");

  expect(await bundle.refresh()).toEqual(
    reported.filter((path) => /index|rule/.test(path)).map((path) => path.replaceAll("$s", bundle.schema)),
  );
});
