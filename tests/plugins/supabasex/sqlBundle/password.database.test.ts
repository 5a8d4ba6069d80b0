import { afterAll, beforeAll, expect, test } from "vitest";
import { Secret } from "../../../../plugins/provider-host/values";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf } from "./support";

// The password of `postgres` changes during a deployment: the server has the old one until the project's update.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const migration = (name: string) => ({
  [`migrations/2026010${name}000000_t.sql`]: `create schema if not exists $s;\ncreate table $s.t${name} ();\n`,
});

/** Sets another password in the configuration. */
function configure(bundle: BundleUnderTest, password: string): void {
  const connection = { host: "127.0.0.1", port: databases.cluster.port, user: "postgres", password };
  bundle.inputs = { ...bundle.inputs, connection: new Secret({ ...connection, database: "postgres" }) };
}

async function setOnServer(password: string): Promise<void> {
  const admin = await databases.cluster.client("supabase_admin");
  await admin.query(`alter role postgres password '${password}'`);
}

test("the preview of a password change connects with the old password; the up uses the new one", async () => {
  const bundle = await databases.bundle(migration("1"), { dryRun: "live" });
  await bundle.up();
  bundle.write(migration("2"));
  configure(bundle, "the-second-password");

  await bundle.preview();
  expect(bundle.logs.join("\n")).toMatch(
    /1 file would run \(dry run: executed and rolled back\):\n.*20260102000000_t\.sql +new/,
  );

  // In an up, the engine refreshes, then the project's update sets the password, then the bundle is updated.
  await bundle.refresh();
  await setOnServer("the-second-password");
  bundle.logs = [];
  await bundle.update();
  expect(bundle.logs.join("\n")).toMatch(/Applied:\n.*20260102000000_t\.sql +new/);
  expect(await bundle.refresh()).toEqual([]);
});

test("after a manual password change, preview still works, and refresh says what to do", async () => {
  await setOnServer("test-password");
  const bundle = await databases.bundle(migration("3"), { dryRun: "live" });
  await bundle.up();
  await setOnServer("set-by-hand-password");
  bundle.write(migration("4"));
  configure(bundle, "set-by-hand-password");

  await bundle.preview();
  expect(bundle.logs.join("\n")).toMatch(/1 file would run \(dry run: executed and rolled back\)/);
  expect(await failureOf(bundle.refresh())).toBe(
    `postgres on 127.0.0.1:${databases.cluster.port} refuses role postgres: the password or the role is wrong (28P01). ` +
      "A refresh uses the password of the last deployment: if it was changed elsewhere since then, set it in the configuration " +
      "and run `pulumi up --refresh=false` once.",
  );

  configure(bundle, "of-nobody-password");
  expect(await failureOf(bundle.preview())).toContain("refuses role postgres");
});
