import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PropertyMap, reveal, Secret } from "../../../plugins/provider-host/values";
import { type ServedEmulator, servedEmulator } from "../../emulators/managementApi/server";
import { changes, configure, create, type Resource, refresh, remove, update } from "./support";

// A stack can switch from the stand-ins to the official plugins and back without losing a resource. The official plugin is not
// available here, so a model replaces it: how the bridge reads an id, and what it writes into a state.

let emulator: ServedEmulator;
let ref: string;
const folder = mkdtempSync(path.join(tmpdir(), "handover-"));
const entrypoint = path.join(folder, "index.ts");

beforeAll(async () => {
  writeFileSync(entrypoint, "export default {};");
  emulator = await servedEmulator();
  await configure(emulator.endpoint);
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  ref = await emulator.project();
});

/** All resource types: their inputs, and the API path of a resource with that id. */
const resources: [type: string, inputs: () => PropertyMap, path: (id: string) => string][] = [
  [
    "supabase:index/project:Project",
    () => ({
      name: "api",
      organizationId: "acme",
      region: "eu-central-1",
      databasePassword: new Secret("pass"),
    }),
    (id) => `/projects/${id}`,
  ],
  [
    "supabase:index/settings:Settings",
    () => ({ projectRef: ref, api: '{"max_rows":10}', auth: '{"jwt_exp":900}', sslEnforcement: false }),
    (id) => `/projects/${id}/config/auth`,
  ],
  [
    "supabase:index/branch:Branch",
    () => ({ parentProjectRef: ref, gitBranch: "next", persistent: false }),
    (id) => `/branches/${id}`,
  ],
  [
    "supabase:index/apikey:Apikey",
    () => ({ projectRef: ref, name: "server" }),
    (id) => `/projects/${ref}/api-keys/${id}`,
  ],
  [
    "supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets",
    () => ({ projectRef: ref, secrets: new Secret([{ name: "A", value: "a" }]) }),
    (id) => `/projects/${id}/secrets`,
  ],
  [
    "supabase:index/thirdPartyAuth:ThirdPartyAuth",
    () => ({ projectRef: ref, oidcIssuerUrl: "https://issuer.example.com" }),
    (id) => `/projects/${ref}/config/auth/third-party-auth/${id}`,
  ],
];

/** Returns the id that the bridge requests from the service: the copy in the outputs, or `<nil>` without a copy. */
const idOfBridge = ({ outputs }: Resource) => String(outputs.id ?? "<nil>");

/** Returns the same resource in a state that the bridge wrote: with marked defaults and without nulls. */
function asBridgeWrites({ type, id, inputs, outputs }: Resource): Resource {
  const withoutNulls = Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== null));
  return {
    type,
    id,
    inputs: { ...inputs, __defaults: [] },
    outputs: { ...withoutNulls, id, __meta: '{"schema_version":"0"}' },
  };
}

describe.each(resources)("%s", (type, inputs, pathOf) => {
  test("the official plugin finds the stand-in's resources", async () => {
    const made = await create(type, inputs());
    const refreshed = await refresh(made);
    for (const known of [made, refreshed, await update(made)]) {
      if (known === undefined) throw new Error("it has gone");
      expect((await emulator.call("GET", pathOf(idOfBridge(known)))).status).toBe(200);
    }
    const { id: _lost, ...outputs } = made.outputs;
    // Negative control: the result of a state without the copy.
    const lost = await emulator.call("GET", pathOf(idOfBridge({ ...made, outputs })));
    expect(lost.status).not.toBe(200);
  });

  test("the stand-in adopts the official plugin's resources unchanged", async () => {
    const known = asBridgeWrites(await create(type, inputs()));
    expect(await changes(known)).toEqual({});
    const found = await refresh(known);
    if (found === undefined) throw new Error("it has gone");
    expect(found.id).toBe(known.id);
    expect(reveal(found.outputs)).toMatchObject(reveal(known.outputs) as object);
    expect(await changes(found)).toEqual({});
    await remove(found);
  });
});

test("an edge function is found by its project and slug on both sides", async () => {
  const made = await create("supabase:index/edgeFunction:EdgeFunction", {
    projectRef: ref,
    slug: "hello",
    name: "hello",
    entrypoint,
  });
  expect(made.outputs.id).toBe(made.id);
  const known = asBridgeWrites(made);
  expect(await changes(known)).toEqual({});
  expect((await refresh(known))?.id).toBe(made.id);
});
