import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Secret } from "../../../plugins/provider-host/values";
import { type ServedEmulator, servedEmulator } from "../../emulators/managementApi/server";
import { changes, configure, create, importById, type Resource, refresh, remove, update } from "./support";

const type = "supabase:index/settings:Settings";

let emulator: ServedEmulator;
let ref: string;

beforeAll(async () => {
  emulator = await servedEmulator();
  await configure(emulator.endpoint);
});
afterAll(async () => await emulator.close());
beforeEach(async () => {
  ref = await emulator.project();
  emulator.calls.length = 0;
  emulator.bodies.length = 0;
});

const calls = () => emulator.calls.map((call) => call.replaceAll(ref, "{ref}").replace(/\?services.*/, ""));

async function refreshed(resource: Resource): Promise<Resource> {
  const found = await refresh(resource);
  if (found === undefined) throw new Error("the settings have gone");
  return found;
}

test("create waits, then writes the sections in the provider's order, and a second run changes nothing", async () => {
  const settings = await create(type, {
    projectRef: ref,
    storage: '{"fileSizeLimit":1000}',
    auth: new Secret('{"jwt_exp":900,"smtp_pass":"canary"}'),
    api: '{"max_rows":500}',
    network: '{"restrictions":["203.0.113.0/24","2001:db8::/32"]}',
    database: '{"work_mem":"8MB"}',
    sslEnforcement: true,
  });

  const written = calls().filter((call) => !call.startsWith("GET"));
  expect(calls().slice(0, 3)).toEqual([
    "GET /projects/{ref}",
    "GET /projects/{ref}/postgrest",
    "GET /projects/{ref}/health",
  ]);
  expect(written).toEqual([
    "PUT /projects/{ref}/config/database/postgres",
    "POST /projects/{ref}/network-restrictions/apply",
    "PATCH /projects/{ref}/postgrest",
    "PATCH /projects/{ref}/config/auth",
    "PATCH /projects/{ref}/config/storage",
    "PUT /projects/{ref}/ssl-enforcement",
  ]);
  expect(settings.id).toBe(ref);
  expect(settings.outputs.auth).toEqual(new Secret('{"jwt_exp":900,"smtp_pass":"canary"}'));
  expect(await changes(settings)).toEqual({});
});

test("a manual change of a key that the settings name is found; other keys are ignored", async () => {
  const settings = await create(type, {
    projectRef: ref,
    auth: '{"jwt_exp":900,"site_url":"https://a.example"}',
  });
  await emulator.call("PATCH", `/projects/${ref}/config/auth`, { password_min_length: 12 });
  expect(await changes(await refreshed(settings))).toEqual({});

  await emulator.call("PATCH", `/projects/${ref}/config/auth`, { jwt_exp: 3600 });
  const drifted = await refreshed(settings);

  expect(drifted.outputs.auth).toBe('{"jwt_exp":3600,"site_url":"https://a.example"}');
  expect(await changes(drifted)).toEqual({ auth: "update" });
  const repaired = await update(drifted);
  expect((await emulator.call("GET", `/projects/${ref}/config/auth`)).json.jwt_exp).toBe(900);
  expect(await changes(repaired)).toEqual({});
});

test.each([
  ["database", '{"max_connections":90}', "PUT", "/config/database/postgres", { max_connections: 80 }],
  [
    "network",
    '{"restrictions":["203.0.113.0/24"]}',
    "POST",
    "/network-restrictions/apply",
    { dbAllowedCidrs: [] },
  ],
  ["api", '{"db_schema":"public"}', "PATCH", "/postgrest", { db_schema: "public,other" }],
  [
    "storage",
    '{"features":{"s3Protocol":{"enabled":true}}}',
    "PATCH",
    "/config/storage",
    { features: { s3Protocol: { enabled: false } } },
  ],
])("a manual change of %s is found and repaired", async (section, text, method, path, byHand) => {
  const settings = await create(type, { projectRef: ref, [section]: text });
  await emulator.call(method, `/projects/${ref}${path}`, byHand);

  const drifted = await refreshed(settings);

  expect(await changes(drifted)).toEqual({ [section]: "update" });
  await update(drifted);
  expect(await changes(await refreshed(settings))).toEqual({});
});

test("manually disabled SSL enforcement is found and repaired", async () => {
  const settings = await create(type, { projectRef: ref, sslEnforcement: true });
  await emulator.call("PUT", `/projects/${ref}/ssl-enforcement`, { requestedConfig: { database: false } });
  await emulator.lifecycle.settled();

  const drifted = await refreshed(settings);

  expect(await changes(drifted)).toEqual({ sslEnforcement: "update" });
  expect(await changes(await update(drifted))).toEqual({});
});

test("a manually changed secret is not found, because the API shows none", async () => {
  const settings = await create(type, { projectRef: ref, auth: '{"smtp_pass":"mine"}' });
  await emulator.call("PATCH", `/projects/${ref}/config/auth`, { smtp_pass: "theirs" });

  expect(await changes(await refreshed(settings))).toEqual({});
});

test("the pooler section is kept, waited for, and never sent", async () => {
  const settings = await create(type, { projectRef: ref, pooler: '{"default_pool_size":20}' });
  emulator.calls.length = 0;

  const changed = await update(settings, { pooler: '{"default_pool_size":30}' });

  expect(calls()).toEqual([
    "GET /projects/{ref}",
    "GET /projects/{ref}/postgrest",
    "GET /projects/{ref}/health",
  ]);
  expect(changed.outputs.pooler).toBe('{"default_pool_size":30}');
});

test("an unknown key is dropped from the request and kept in the state", async () => {
  const settings = await create(type, {
    projectRef: ref,
    database: '{"log_statement":"all","work_mem":"8MB"}',
  });

  expect(emulator.bodies).toEqual([{ work_mem: "8MB" }]);
  expect(settings.outputs.database).toBe('{"log_statement":"all","work_mem":"8MB"}');
  expect(await changes(await refreshed(settings))).toEqual({});
});

test("a known key of the wrong type fails when it is applied", async () => {
  await expect(create(type, { projectRef: ref, auth: '{"jwt_exp":"3600"}' })).rejects.toThrow(
    "Normalized JSON Unmarshal Error: jwt_exp must be of kind integer.",
  );
});

test("another order of keys is a change and is sent again", async () => {
  const settings = await create(type, { projectRef: ref, api: '{"db_schema":"public","max_rows":10}' });
  emulator.calls.length = 0;
  const reordered = '{"max_rows":10,"db_schema":"public"}';

  expect(await changes(settings, { api: reordered })).toEqual({ api: "update" });
  const updated = await update(settings, { api: reordered });

  expect(calls()).toContain("PATCH /projects/{ref}/postgrest");
  expect(updated.outputs.api).toBe(reordered);
});

test("only the sections whose text changed are sent", async () => {
  const settings = await create(type, { projectRef: ref, api: '{"max_rows":10}', auth: '{"jwt_exp":900}' });
  emulator.calls.length = 0;

  await update(settings, { auth: '{"jwt_exp":1800}' });

  expect(calls().filter((call) => !call.startsWith("GET"))).toEqual(["PATCH /projects/{ref}/config/auth"]);
});

test("a refused section does not prevent the others from being written", async () => {
  emulator.faults.push({ method: "PUT", path: /postgres$/, status: 400, times: 1 });

  await expect(
    create(type, { projectRef: ref, database: '{"work_mem":"8MB"}', auth: '{"jwt_exp":900}' }),
  ).rejects.toThrow("Unable to update database settings, got status 400");

  expect((await emulator.call("GET", `/projects/${ref}/config/auth`)).json.jwt_exp).toBe(900);
});

test.each([404, 406] as const)("a section with a response of status %i is kept unchanged", async (status) => {
  const settings = await create(type, { projectRef: ref, auth: '{"jwt_exp":900}' });
  emulator.faults.push({ method: "GET", path: /config\/auth$/, status, times: 1 });

  expect((await refreshed(settings)).outputs).toEqual(settings.outputs);
});

test("create waits for starting services; one that stays unhealthy fails at once", async () => {
  const row = (status: string, error?: string) => [{ name: "auth", healthy: false, status, error }];
  const health = { method: "GET", path: /\/health$/, status: 200 as const, times: 1 };
  const failedLookUp = '{"error":"Failed to retrieve project\'s auth service health"}';
  emulator.faults.push(
    { ...health, body: row("COMING_UP") },
    { ...health, body: row("UNHEALTHY", failedLookUp) },
  );
  await expect(create(type, { projectRef: ref, api: '{"max_rows":1}' })).resolves.toBeDefined();

  emulator.faults.push({ ...health, body: row("UNHEALTHY", "out of memory") });
  await expect(create(type, { projectRef: ref, api: '{"max_rows":1}' })).rejects.toThrow(
    "Service auth is unhealthy: out of memory",
  );
});

test("an import reads everything that the API shows, but no secret", async () => {
  await emulator.call("PATCH", `/projects/${ref}/config/auth`, {
    smtp_pass: "canary",
    site_url: "https://a.example",
  });

  const found = await importById(type, ref);

  const auth = JSON.parse(String(found?.inputs.auth));
  expect(auth.site_url).toBe("https://a.example");
  expect(auth).not.toHaveProperty("smtp_pass");
  expect(Object.keys(found?.inputs ?? {}).sort()).toEqual([
    "api",
    "auth",
    "database",
    "network",
    "projectRef",
    "sslEnforcement",
    "storage",
  ]);
});

test("delete does not change the settings", async () => {
  const settings = await create(type, { projectRef: ref, auth: '{"jwt_exp":900}' });
  emulator.calls.length = 0;

  await remove(settings);

  expect(emulator.calls).toEqual([]);
});

test("an update waits until SSL enforcement is in effect, and then for the services", async () => {
  const release = emulator.clusters.hold();
  let isMade = false;
  const made = create(type, { projectRef: ref, sslEnforcement: true }).then((settings) => {
    isMade = true;
    return settings;
  });
  await expect
    .poll(() => calls().filter((call) => call === "GET /projects/{ref}/ssl-enforcement").length)
    .toBeGreaterThan(1);
  expect(isMade).toBe(false);
  release();
  const settings = await made;
  expect(settings.outputs.sslEnforcement).toBe(true);
  expect(calls().slice(-3)).toEqual([
    "GET /projects/{ref}/postgrest",
    "GET /projects/{ref}/health",
    "GET /projects/{ref}/ssl-enforcement",
  ]);
});

test("SSL enforcement that the plan does not include fails an update, and a refresh does not report it", async () => {
  const settings = await create(type, { projectRef: ref, sslEnforcement: false });
  emulator.faults.push({
    method: "GET",
    path: /ssl-enforcement$/,
    status: 400,
    body: { message: "Organization not allowed to configure SSL enforcements" },
    times: 1,
  });
  expect(await changes(await refreshed(settings))).toEqual({});
});

test.each([
  [["203.0.113.0/24"], '{"restrictions":null}'],
  [["203.0.113.0/24", "2001:db8::/32"], '{"restrictions":null}'],
])(
  "a manually emptied network list %j is read like the provider reads it, and repaired",
  async (restrictions, read) => {
    const settings = await create(type, { projectRef: ref, network: JSON.stringify({ restrictions }) });
    await emulator.call("POST", `/projects/${ref}/network-restrictions/apply`, {
      dbAllowedCidrs: [],
      dbAllowedCidrsV6: [],
    });
    const drifted = await refreshed(settings);
    expect(drifted.outputs.network).toBe(read);
    expect(await changes(drifted)).toEqual({ network: "update" });
    expect(await changes(await refreshed(await update(drifted)))).toEqual({});
  },
);

test("a network list that an update empties is sent as two empty lists, and differs from the value read afterwards", async () => {
  const settings = await create(type, { projectRef: ref, network: '{"restrictions":["203.0.113.0/24"]}' });
  emulator.bodies.length = 0;

  const emptied = await update(settings, { network: '{"restrictions":[]}' });
  const found = await refreshed(emptied);

  expect(emulator.bodies).toEqual([{ dbAllowedCidrs: [], dbAllowedCidrsV6: [] }]);
  expect((await emulator.call("GET", `/projects/${ref}/network-restrictions`)).json.config).toEqual({
    dbAllowedCidrs: [],
    dbAllowedCidrsV6: [],
  });
  // The provider cannot keep an empty list, so our configuration refuses one (config/areas/network.ts).
  expect(found.outputs.network).toBe('{"restrictions":null}');
  expect(await changes(found)).toEqual({ network: "update" });
});

test.each(["10.0.0.0/8", "192.168.1.0/24", "fd00::/8"])(
  "the private range %s is refused before it is sent",
  async (range) => {
    await expect(
      create(type, { projectRef: ref, network: JSON.stringify({ restrictions: [range] }) }),
    ).rejects.toThrow(`network: "${range}" is a private range`);
    expect(calls().filter((call) => call.startsWith("POST"))).toEqual([]);
  },
);

test.each([
  ["a proxy's error page", "<html>maintenance</html>", "<html>maintenance</html> (which is not JSON)"],
  ["nothing", "", "an empty body (which is not JSON)"],
])("a response 200 with %s is an error, and not a setting with that value", async (_what, body, said) => {
  const settings = await create(type, { projectRef: ref, api: '{"max_rows":10}' });
  emulator.faults.push({ method: "GET", path: /postgrest$/, status: 200, body, times: 1 });
  await expect(refresh(settings)).rejects.toThrow(`Unable to read settings, got status 200: ${said}`);
  expect(await changes(await refreshed(settings))).toEqual({});
});
