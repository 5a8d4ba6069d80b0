import { afterAll, beforeAll, expect, test } from "vitest";
import { generateProject, type ProjectSize } from "../../bench/largeProject/generate";
import { schemas } from "../../bench/largeProject/tables";
import type { BundleUnderTest } from "../plugins/supabasex/sqlBundle/bundleUnderTest";
import { Databases } from "../plugins/supabasex/sqlBundle/support";

// A slice (one in thirty) of the project that bench/largeProject.ts measures. Counts the work that takes time there.
const size: ProjectSize = {
  migrations: 40,
  tables: 26,
  views: 5,
  materializedViews: 2,
  indexes: 30,
  functions: 32,
  policies: 20,
};
const seed = 20261128;

const databases = new Databases();
let bundle: BundleUnderTest;

beforeAll(async () => {
  await databases.start();
  bundle = await databases.bundle(Object.fromEntries(generateProject(size, seed)));
  await bundle.up();
});
afterAll(() => databases.stop());

/** Returns how often the database's record of the bundle was read: one row with every definition. */
async function readsOfRecord(): Promise<number> {
  const { rows } = await bundle.manual.query<{ reads: number }>(
    `select (coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::int as reads
     from pg_stat_all_tables where relid = 'supabase_migrations.bundles'::regclass`,
  );
  return rows[0]?.reads ?? Number.NaN;
}

test("the same seed gives the same project, another one does not", () => {
  expect(generateProject(size, seed)).toEqual(generateProject(size, seed));
  expect(generateProject(size, seed)).not.toEqual(generateProject(size, seed + 1));
});

test("it has the number of objects that its size states, in addition to those of the first migration", async () => {
  const { rows } = await bundle.manual.query(
    `with relation as (
       select c.oid, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any ($1))
     select
       count(*) filter (where relkind = 'r')::int as tables,
       count(*) filter (where relkind = 'v')::int as views,
       count(*) filter (where relkind = 'm')::int as "materializedViews",
       count(*) filter (where relkind = 'i' and not exists (
         select from pg_constraint k where k.conindid = relation.oid))::int as indexes,
       (select count(*)::int from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = any ($1)) as functions,
       (select count(*)::int from pg_policy p join relation r on r.oid = p.polrelid) as policies
     from relation`,
    [schemas],
  );

  expect(rows[0]).toEqual({
    tables: size.tables + 4,
    views: size.views,
    materializedViews: size.materializedViews,
    indexes: size.indexes + 1,
    functions: size.functions + 2,
    policies: size.policies + 4,
  });
});

test("a refresh of it finds nothing, and reads only the addresses from the record", async () => {
  const before = await readsOfRecord();

  expect(await bundle.refresh()).toEqual([]);

  // Without the addresses, two equal objects that swapped names would not be detected. If there is a difference, the whole record
  // is read.
  expect(await readsOfRecord()).toBe(before + 1);
});

test("the state has a line for each object, and no definition", () => {
  const outputs = JSON.stringify(bundle.state?.outputs);
  const objects = String(bundle.state?.outputs.expected).split("\n").length;

  // One thirtieth of a megabyte, which is the limit for the whole project.
  expect(outputs.length).toBeLessThan(1_000_000 / 30);
  expect(objects).toBeGreaterThan(150);
  expect(outputs).not.toContain("select accounts.current_tenant()");
});

test("a manually changed policy is detected and repaired, and nothing else runs", async () => {
  await bundle.manual.query(`alter policy "Settings" on accounts.settings using (false)`);
  const before = await readsOfRecord();

  expect(await bundle.refresh()).toEqual(['live["policy accounts.settings \\"Settings\\""].using']);
  expect(await readsOfRecord()).toBe(before + 1);
  bundle.logs = [];
  await bundle.update();

  expect(bundle.logs).toEqual(['info: Repaired:\n  policy accounts.settings "Settings"']);
  expect(await bundle.refresh()).toEqual([]);
});
