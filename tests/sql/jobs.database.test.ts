import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBundleFiles } from "../../plugins/supabasex/sdk/readBundleFiles";
import { BundleUnderTest } from "../plugins/supabasex/sqlBundle/bundleUnderTest";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { sqlDirectory } from "./support/applyBundle";
import { createExtensions, createRoles } from "./support/roles";

// Jobs on a server that has never had any: extension, bundle and jobs come from one deployment.
let cluster: TestCluster;
let bundle: BundleUnderTest;

beforeAll(async () => {
  cluster = await startTestCluster();
  const postgres = await cluster.client("postgres");
  await createRoles(postgres);
  await createExtensions(postgres);
  bundle = new BundleUnderTest("thorbis", cluster.url("postgres"), postgres);
  const copy = path.join(bundle.directory, "copy");
  cpSync(sqlDirectory, copy, { recursive: true });
  mkdirSync(path.join(copy, "repeatable", "jobs"), { recursive: true });
  writeFileSync(
    path.join(copy, "repeatable", "jobs", "tick.sql"),
    "select cron.schedule('tick', '1 second', 'select private.clean_up_presence();');\n",
  );
  bundle.inputs = { directory: copy, files: readBundleFiles(copy) };
});

afterAll(async () => {
  rmSync(bundle.directory, { recursive: true });
  await cluster.remove();
});

test("a job from the first deployment runs without a second call of cron.schedule", async () => {
  expect(await bundle.up()).toBe(true);

  const runs = async () =>
    (await bundle.manual.query("select status, return_message from cron.job_run_details")).rows;
  const deadline = Date.now() + 20_000;
  while ((await runs()).length === 0 && Date.now() < deadline)
    await bundle.manual.query("select pg_sleep(0.2)");

  expect((await runs())[0]).toMatchObject({ status: expect.stringMatching(/succeeded|running/) });
});
