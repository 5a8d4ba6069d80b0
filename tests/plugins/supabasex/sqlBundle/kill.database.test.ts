import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { canonicalJson, type JsonObject } from "../../../../foundation/json";
import { type PropertyMap, reveal } from "../../../../plugins/provider-host/values";
import { seededRandom } from "../../../support/random";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases } from "./support";
import { thirtyFiles } from "./thirtyFiles";

const databases = new Databases();
const build = mkdtempSync(path.join(tmpdir(), "thorbis-kill-"));
const program = path.join(build, "apply.cjs");
beforeAll(async () => {
  buildSync({
    entryPoints: [path.join(import.meta.dirname, "applyInProcess.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["pg", "libpg-query*"],
    // The bundle is outside the checkout: require searches NODE_PATH, import does not.
    supported: { "dynamic-import": false },
    logLevel: "error",
  });
  await databases.start();
});
afterAll(async () => {
  await databases.stop();
  rmSync(build, { recursive: true });
});

async function killAt(bundle: BundleUnderTest, line: number, delay: number): Promise<void> {
  const connection = JSON.stringify(reveal((await bundle.checked()).connection as PropertyMap));
  const moment = [String(line), String(delay)];
  const child = spawn(process.execPath, [program, bundle.schema, bundle.directory, connection, ...moment], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, NODE_PATH: path.resolve("node_modules") },
  });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
}

/** Returns the bundle's catalog without the schema's name and without hashes of texts that contain it. */
async function catalogOf(bundle: BundleUnderTest): Promise<string> {
  const { rows } = await bundle.sql("select expected from supabase_migrations.bundles where name = '$s'");
  return canonicalJson(rows[0].expected as JsonObject)
    .replaceAll(new RegExp(`\\b${bundle.schema}\\b`, "g"), "schema")
    .replaceAll(/"sha256":"[0-9a-f]{64}"/g, '"sha256":"…"');
}

test("after kills at seeded moments, the next up converges: the same catalog, each migration applied once", async () => {
  const undisturbed = await databases.bundle(thirtyFiles);
  await undisturbed.up();
  const random = seededRandom(20261122);

  for (let attempt = 0; attempt < 5; attempt++) {
    const bundle = await databases.bundle(thirtyFiles);
    await killAt(bundle, 1 + Math.floor(random() * 28), random() * 8);

    await bundle.up();

    expect(await catalogOf(bundle)).toBe(await catalogOf(undisturbed));
    expect(await bundle.history()).toEqual(Object.keys(thirtyFiles).sort());
    expect(await bundle.refresh()).toEqual([]);
    expect(await bundle.up()).toBe(false);
  }
});
