import { appendFileSync, cpSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalog } from "../../plugins/supabasex/provider/sqlBundle/catalog";
import { readBundleFiles } from "../../plugins/supabasex/sdk/readBundleFiles";
import { BundleUnderTest } from "../plugins/supabasex/sqlBundle/bundleUnderTest";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { sqlDirectory } from "./support/applyBundle";
import { createExtensions, createRoles } from "./support/roles";
import { outsiderId } from "./support/world";

// The bundle, applied by the deployer itself, in the order of a database's life cycle.

let cluster: TestCluster;
let bundle: BundleUnderTest;

beforeAll(async () => {
  cluster = await startTestCluster();
  const postgres = await cluster.client("postgres");
  await createRoles(postgres);
  await createExtensions(postgres);
  await postgres.query(
    "insert into auth.users (id, email, banned_until) values ($1, 'early@example.com', 'infinity')",
    [outsiderId],
  );
  bundle = new BundleUnderTest("thorbis", cluster.url("postgres"), postgres);
  bundle.inputs = { directory: sqlDirectory, files: readBundleFiles(sqlDirectory) };
});

afterAll(async () => {
  rmSync(bundle.directory, { recursive: true });
  await cluster.remove();
});

test("a preview executes the whole bundle and checks its functions' bodies, without a warning", async () => {
  const inputs = bundle.inputs;
  bundle.inputs = { ...inputs, dryRun: "live" };

  await bundle.preview();

  bundle.inputs = inputs;
  expect(bundle.logs.filter((line) => !line.startsWith("info"))).toEqual([]);
  expect(bundle.logs.join("\n")).toContain(" files would run (dry run: executed and rolled back):");
  bundle.logs = [];
});

test("an empty hosted-shaped database gets the whole bundle, without a warning", async () => {
  expect(await bundle.up()).toBe(true);
  expect(await bundle.history()).toEqual(Object.keys(readBundleFiles(sqlDirectory)));
  expect(bundle.logs.filter((line) => !line.startsWith("info"))).toEqual([]);
});

test("accounts from before the first deployment are known", async () => {
  const { rows } = await bundle.manual.query("select id, suspended_until::text from private.people");

  expect(rows).toEqual([{ id: outsiderId, suspended_until: "infinity" }]);
});

test("a second deployment changes nothing", async () => {
  expect(await bundle.up()).toBe(false);
});

test("every repeatable can run again without changing the catalog", async () => {
  const before = await readCatalog(bundle.manual);
  const copy = path.join(bundle.directory, "copy");
  cpSync(sqlDirectory, copy, { recursive: true });
  const repeatables = Object.keys(readBundleFiles(copy)).filter((name) => name.startsWith("repeatable/"));
  for (const name of repeatables) appendFileSync(path.join(copy, name), "-- Again.\n");
  bundle.inputs = { ...bundle.inputs, directory: copy, files: readBundleFiles(copy) };

  expect(await bundle.up()).toBe(true);
  expect(await readCatalog(bundle.manual)).toEqual(before);
});

test("a refresh reports no partition that is added or removed", async () => {
  for (const month of ["2027-01-31T23:59:59Z", "2027-02-01T00:00:00Z", "2027-03-31T23:59:59Z"]) {
    await bundle.manual.query("select private.maintain_partitions($1)", [month]);
    expect(await bundle.refresh()).toEqual([]);
  }
});

test("manual changes of tenant isolation are reported by name and repaired", async () => {
  await bundle.manual.query(`
    drop policy tenant_isolation on shared.customers;
    alter table shared.users no force row level security;
    grant select on audit.entries to anon;
    alter function private.get_current_tenant_id() reset search_path;
    select cron.unschedule('maintain-partitions');
    update storage.buckets set public = true where id = 'documents';
    alter publication supabase_realtime set (publish = 'insert, update, delete')`);

  const named = (await bundle.refresh()).join("\n");
  for (const object of [
    "policy shared.customers tenant_isolation",
    "table shared.users",
    "table audit.entries",
    "function private.get_current_tenant_id()",
    "cron job maintain-partitions of postgres",
    "bucket documents",
    "publication supabase_realtime",
  ]) {
    expect(named).toContain(object);
  }
  // A privilege that the bundle does not contain is revoked on request.
  bundle.inputs = { ...bundle.inputs, prune: "drop" };
  expect(await bundle.up()).toBe(true);
  expect(await bundle.refresh()).toEqual([]);
});
