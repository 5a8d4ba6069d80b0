import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Catalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import {
  postureDigests,
  printPostureDigests,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";
import {
  readPostureRecord,
  recordPosture,
} from "../../../../plugins/supabasex/provider/sqlBundle/history/postureRecord";
import { majorOf } from "../../../support/cluster";
import { driftBundleDirectory, driftPrerequisites } from "../../../support/drift";
import {
  postureWorld,
  postureWorldOfSuperuser,
  usedWorld,
  usedWorldOfSuperuser,
} from "../../../support/drift/postureChanges";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases } from "./support";

/**
 * The record that commit 899b1c0, with version 2, wrote on PostgreSQL 17 after it deployed the bundle to the same world, without
 * the two objects whose content depends on the server's installation. Of the bundle's files, it has hashes, which change with them.
 */
const recordOfVersion2 = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "postureOfVersion2.json"), "utf8"),
) as Catalog;
const ofInstallation = ["accounts", "built-in views"];
const ofFiles = /^(?:history|migration) record /;

const databases = new Databases();
let postgres: pg.Client;
let bundle: BundleUnderTest;

beforeAll(async () => {
  await databases.start();
  const { cluster } = databases;
  postgres = await cluster.client();
  const admin = await cluster.client("supabase_admin");
  await postgres.query(driftPrerequisites);
  await postgres.query(postureWorld);
  await admin.query(postureWorldOfSuperuser);
  await postgres.query(usedWorld);
  await admin.query(usedWorldOfSuperuser);
  await postgres.query("grant select on large object 515151 to authenticated");
  const names = readdirSync(driftBundleDirectory, { recursive: true, encoding: "utf8" });
  const files = names
    .filter((name) => name.endsWith(".sql"))
    .map((name) => [name, readFileSync(path.join(driftBundleDirectory, name), "utf8")]);
  bundle = await databases.bundle(Object.fromEntries(files), { watch: "database" });
  await bundle.up();
});
afterAll(() => databases.stop());

test("after a deployment by version 2, nothing is reported until the next deployment, by it, and afterwards", async () => {
  if ((await majorOf(postgres)) !== 17) return;
  const current = (await readPostureRecord(postgres, bundle.schema))?.posture ?? {};
  const files = Object.keys(current).filter((identity) => ofFiles.test(identity));
  const installed = [...ofInstallation, ...files].map((identity) => [identity, current[identity] ?? {}]);
  const older: Catalog = { ...recordOfVersion2, ...Object.fromEntries(installed) };
  await recordPosture(postgres, bundle.schema, older);
  const state = bundle.state ?? { inputs: {}, outputs: {} };
  const { accessVersion, ...outputs } = state.outputs;
  const access = printPostureDigests(postureDigests(older));
  bundle.state = { ...state, outputs: { ...outputs, access } };

  expect(accessVersion).toBe(3);
  expect(older.server).toEqual({ majorVersion: 17, posture: 2 });
  expect(await bundle.refresh()).toEqual([]);
  bundle.write({ "migrations/20991231000000_later.sql": "select 1;\n" });
  bundle.logs = [];
  expect(await bundle.up()).toBe(true);
  const logs = bundle.logs.join("\n");
  expect(logs).toMatch(
    /\d+ objects that an older version did not compare were recorded .* Check those that may open access:/,
  );
  expect(logs).toContain("\n  large object 515151");
  expect(logs).not.toContain("Changed outside of the bundle");
  expect(await bundle.refresh()).toEqual([]);
  expect((await readPostureRecord(postgres, bundle.schema))?.posture).toMatchObject(current);

  await postgres.query("grant update on large object 515151 to authenticated");
  expect(await bundle.refresh()).toEqual(['live["large object 515151"].grants']);
});
