import { afterAll, beforeAll, expect, test } from "vitest";
import { afterManualChange, Databases, expectKept, failureOf, nextFile } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = `create schema $s;
create table $s.t (id integer, n integer);
create view $s.v as select id from $s.t;
`;
const manual = "create or replace view $s.v as select id, n from $s.t";
const next = { [nextFile]: `${manual};` };
const isIn =
  "select array_agg(attname::text order by attnum) = '{id,n}' as ok from pg_attribute where attrelid = '$s.v'::regclass and attnum > 0";

test.each([
  ["a view", `${first} create view $s.w as select id from $s.v; comment on view $s.w is 'W.';`],
  [
    "a view of a view, a policy and a function",
    `${first} create view $s.w as select id from $s.v; create view $s.x as select id from $s.w;
create policy own on $s.t using (exists (select from $s.v));
create function $s.f() returns setof $s.v language sql begin atomic; select v.* from $s.v v; end;`,
  ],
  [
    "a materialized view with an index and grants",
    `${first} create materialized view $s.m as select id from $s.v; create unique index m_id on $s.m (id); grant select on $s.m to anon;`,
  ],
])("a column that is added to a view manually, and then by a migration, under %s", async (_name, made) => {
  await expectKept(databases, { first: made, manual, files: next }, isIn);
});

test("negative control: without the migration, the manual column stops the deployment, and nothing is changed", async () => {
  const bundle = await afterManualChange(databases, {
    first: `${first} create view $s.w as select id from $s.v;`,
    manual,
    files: { [nextFile]: "comment on table $s.t is 'T.';" },
  });

  const preview = await failureOf(bundle.preview());

  expect(preview).toContain(`view ${bundle.schema}.v: drop view ${bundle.schema}.v`);
  expect(await failureOf(bundle.up())).toBe(preview);
  expect((await bundle.sql(isIn)).rows).toEqual([{ ok: true }]);
});
