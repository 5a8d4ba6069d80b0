import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, firstFile } from "./support";

// Policies, triggers and rules on what belongs to an extension: those of its script are no drift.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());
afterEach(async () => {
  await asAdministrator("drop extension if exists postgis cascade");
});

async function asAdministrator(sql: string): Promise<void> {
  const client = await databases.cluster.client("supabase_admin");
  await client.query(sql);
  await client.end();
}

async function deployed(text: string): Promise<BundleUnderTest> {
  const bundle = await databases.bundle({ [firstFile]: text }, { dryRun: "live", prune: "drop" });
  await bundle.up();
  return bundle;
}

async function listed(schema: string): Promise<string[]> {
  const parts = new RegExp(`^(policy|rule|trigger) ${schema}\\.`);
  return Object.keys(await databases.catalog()).filter((identity) => parts.test(identity));
}

describe("the rules of PostGIS are not listed", () => {
  test.each(["public", "$s"])("after it was created manually in %s", async (schema) => {
    const bundle = await deployed("create schema $s;");
    const name = schema.replace("$s", bundle.schema);
    await asAdministrator(`create extension postgis schema ${name}`);

    expect(await listed(name)).toEqual([]);
    expect(await bundle.refresh()).toEqual([]);
  });

  test("after a file created it", async () => {
    const bundle = await deployed("create schema $s; create extension postgis schema $s;");

    expect(await listed(bundle.schema)).toEqual([]);
    expect(await bundle.refresh()).toEqual([]);
  });
});

test("a trigger of an extension's table with a function of the extension is not listed", async () => {
  const bundle = await deployed("create schema $s; create extension postgis schema $s;");
  const { schema } = bundle;
  await asAdministrator(`create function ${schema}.watch() returns trigger language plpgsql as $$ begin return new; end $$;
    create table ${schema}.of_extension (n integer);
    alter extension postgis add function ${schema}.watch();
    alter extension postgis add table ${schema}.of_extension`);
  await asAdministrator(
    `create trigger watch before insert on ${schema}.of_extension for each row execute function ${schema}.watch()`,
  );

  expect(await listed(schema)).toEqual([]);
});

test("negative control: manual ones on a table of an extension are listed", async () => {
  const bundle = await deployed("create schema $s; create extension postgis schema $s;");
  const { schema } = bundle;
  await asAdministrator(`create policy anybody on ${schema}.spatial_ref_sys for select to anon using (true);
    create rule swallow as on insert to ${schema}.spatial_ref_sys do instead nothing;
    create function ${schema}.watch() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger watch before insert on ${schema}.spatial_ref_sys for each row execute function ${schema}.watch()`);

  const parts = ["policy anybody", "rule swallow", "trigger watch"].map((part) =>
    part.replace(" ", ` ${schema}.spatial_ref_sys `),
  );
  expect(await listed(schema)).toEqual(parts);
  expect(await bundle.refresh()).toEqual(
    [`function ${schema}.watch()`, ...parts].map((identity) => `live["${identity}"]`),
  );
});
