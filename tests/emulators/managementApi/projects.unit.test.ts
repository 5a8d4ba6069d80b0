import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TestEmulator, testEmulator } from "./support";

let emulator: TestEmulator;

beforeEach(async () => {
  emulator = await testEmulator();
});
afterEach(() => emulator.remove());

describe("SSL enforcement", () => {
  const wants = (database: boolean) => ({ requestedConfig: { database } });

  test("takes effect when the database was restarted, and the API returns both values until then", async () => {
    const ref = await emulator.project();
    const path = `/projects/${ref}/ssl-enforcement`;
    const release = emulator.clusters.hold();
    const asked = await emulator.call("PUT", path, wants(true));
    const meanwhile = await emulator.call("GET", path);
    const status = (await emulator.call("GET", `/projects/${ref}`)).json.status;
    release();
    await emulator.lifecycle.settled();

    const pending = { currentConfig: { database: false }, appliedSuccessfully: false };
    expect([asked.json, meanwhile.json, status]).toEqual([pending, pending, "RESTARTING"]);
    const after = await emulator.call("GET", path);
    expect(after.json).toEqual({ currentConfig: { database: true }, appliedSuccessfully: true });
  });

  test("that is already in effect restarts nothing", async () => {
    const ref = await emulator.project();
    const { json } = await emulator.call("PUT", `/projects/${ref}/ssl-enforcement`, wants(false));
    expect(json).toEqual({ currentConfig: { database: false }, appliedSuccessfully: true });
    expect((await emulator.call("GET", `/projects/${ref}`)).json.status).toBe("ACTIVE_HEALTHY");
  });

  test("that was requested before the emulator was killed is in effect after its next start", async () => {
    const ref = await emulator.project();
    const release = emulator.clusters.hold();
    await emulator.call("PUT", `/projects/${ref}/ssl-enforcement`, wants(true));
    const again = await testEmulator({ stateDirectory: emulator.stateDirectory });
    const { json } = await again.call("GET", `/projects/${ref}/ssl-enforcement`);
    release();
    expect(json).toEqual({ currentConfig: { database: true }, appliedSuccessfully: true });
  });
});

test("the list of projects has the same fields as each project, with database and version", async () => {
  const ref = await emulator.project();
  const alone = await emulator.call("GET", `/projects/${ref}`);
  const list = await emulator.call("GET", "/projects");
  expect(list.json).toContainEqual(alone.json);
  expect(alone.json.database).toMatchObject({ host: `db.${ref}.supabase.co`, postgres_engine: "17" });
});

test.each([
  ["15.14", "15.14.1.001", "15"],
  ["16.10", "16.10.1.001", "16"],
  ["17.6", "17.6.1.001", "17"],
])("version %s of the server is returned in the hosted format", async (version, shown, engine) => {
  emulator.clusters.version = version;
  const ref = await emulator.project();
  const { json } = await emulator.call("GET", `/projects/${ref}`);
  expect(json.database).toMatchObject({ version: shown, postgres_engine: engine });
});
