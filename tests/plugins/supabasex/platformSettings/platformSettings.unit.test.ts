import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type PropertyMap, Secret, unknown } from "../../../../plugins/provider-host/values";
import { supabasex } from "../../../../plugins/supabasex/provider/provider";
import { type ServedEmulator, servedEmulator } from "../../../emulators/managementApi/server";
import { accessToken } from "../../../emulators/managementApi/support";
import { ResourceUnderTest } from "../resourceUnderTest";

const resource = new ResourceUnderTest("supabasex:index:PlatformSettings");
const { lines, context, type, urn, create, refresh, changes, update } = resource;

let emulator: ServedEmulator;
let ref: string;

beforeAll(async () => {
  emulator = await servedEmulator();
});
afterAll(async () => await emulator.close());
beforeEach(async () => {
  ref = await emulator.project();
  emulator.calls.length = 0;
  emulator.bodies.length = 0;
  resource.forget();
});

const inputs = (more: PropertyMap = {}): PropertyMap => ({
  projectRef: ref,
  endpoint: emulator.endpoint,
  accessToken: new Secret(accessToken),
  pooler: { defaultPoolSize: 20 },
  realtime: { privateOnly: true, maxConcurrentUsers: 500 },
  ...more,
});

async function issuesOf(given: PropertyMap): Promise<string[]> {
  const request = { urn, type, name: "it", oldInputs: {}, inputs: given, randomSeed: new Uint8Array() };
  const { failures = [] } = await supabasex.check(request, context);
  return failures.map(({ property, reason }) => `${property} ${reason}`);
}

test("create sets pooler and realtime, after which there are no changes", async () => {
  const state = await create(inputs());

  expect(emulator.calls.filter((call) => call.startsWith("PATCH"))).toEqual([
    `PATCH /projects/${ref}/config/database/pooler`,
    `PATCH /projects/${ref}/config/realtime`,
  ]);
  expect(emulator.bodies).toEqual([
    { default_pool_size: 20 },
    { private_only: true, max_concurrent_users: 500 },
  ]);
  expect(state.id).toBe(ref);
  expect(state.outputs).toEqual({ ...inputs(), status: "ACTIVE_HEALTHY" });
  expect(await changes(state)).toEqual({});
  expect(await changes(await refresh(state))).toEqual({});
});

test("a preview changes nothing, also before the project exists", async () => {
  const preview = await create(inputs({ projectRef: unknown }), true);

  expect(emulator.calls).toEqual([]);
  expect(preview.outputs.status).toBe("ACTIVE_HEALTHY");
});

test("manually changed settings are reported by name, and repaired", async () => {
  const state = await create(inputs());
  await emulator.call("PATCH", `/projects/${ref}/config/database/pooler`, { default_pool_size: 15 });
  await emulator.call("PATCH", `/projects/${ref}/config/realtime`, { private_only: false, suspend: true });

  const drifted = await refresh(state);

  expect(drifted.outputs).toMatchObject({
    pooler: { defaultPoolSize: 15 },
    realtime: { privateOnly: false },
  });
  expect(await changes(drifted)).toEqual({
    "pooler.defaultPoolSize": "update",
    "realtime.privateOnly": "update",
  });
  expect(await changes(await refresh(await update(drifted)))).toEqual({});
});

test("a paused project is reported, and restored by the next update", async () => {
  const state = await create(inputs());
  await emulator.call("POST", `/projects/${ref}/pause`);
  await emulator.lifecycle.settled();

  const drifted = await refresh(state);
  const found = await changes(drifted);
  const repaired = await update(drifted);

  expect(drifted.outputs.status).toBe("INACTIVE");
  expect(found).toEqual({ status: "update" });
  expect(lines).toEqual([
    `warning: Project ${ref} is paused (its status is INACTIVE), and nothing in its database can be read: \`pulumi up --stack local --target '**::it'\` restores it.`,
    `info: Project ${ref} is paused: restoring it.`,
  ]);
  expect(repaired.outputs.status).toBe("ACTIVE_HEALTHY");
  expect((await emulator.call("GET", `/projects/${ref}`)).json.status).toBe("ACTIVE_HEALTHY");
});

/** Returns these statuses, one per request for the project; the last one is repeated. */
function answerStatuses(...statuses: string[]): void {
  const path = new RegExp(`^/projects/${ref}$`);
  statuses.forEach((status, index) => {
    const times = index === statuses.length - 1 ? {} : { times: 1 };
    emulator.faults.push({ method: "GET", path, status: 200, body: { ref, status }, ...times });
  });
}

test.each(["RESTORE_FAILED", "INIT_FAILED", "PAUSE_FAILED", "GOING_DOWN", "A_NEW_STATUS"])(
  "a project with the status %s after its restore is reported immediately",
  async (status) => {
    const state = await create(inputs());
    answerStatuses("INACTIVE", "INACTIVE", "INACTIVE", "RESTORING", status);
    emulator.faults.push({ method: "POST", path: /restore$/, status: 201, body: {} });
    try {
      await expect(update(state)).rejects.toThrow(
        `Project ${ref} is not active (its status is ${status}), and only Supabase can repair it: open its page in the dashboard or contact support, then run \`pulumi up --stack local\`.`,
      );
    } finally {
      emulator.faults.length = 0;
    }
  },
);

test("a project that is deleted during its restore is reported immediately, with the command that creates a new one", async () => {
  const state = await create(inputs());
  answerStatuses("INACTIVE", "INACTIVE", "RESTORING");
  emulator.faults.push({ method: "POST", path: /restore$/, status: 201, body: {} });
  const gone = update(state);
  await expect.poll(() => emulator.calls.filter((call) => call.endsWith("/restore")).length).toBe(1);
  emulator.faults.length = 0;
  await emulator.call("DELETE", `/projects/${ref}`);
  await expect(gone).rejects.toThrow(`Project ${ref} does not exist any more`);
});

test("a token that is refused during the restore is reported immediately", async () => {
  const state = await create(inputs());
  answerStatuses("INACTIVE", "INACTIVE", "RESTORING");
  emulator.faults.push({ method: "POST", path: /restore$/, status: 201, body: {} });
  const refused = update(state);
  await expect.poll(() => emulator.calls.filter((call) => call.endsWith("/restore")).length).toBe(1);
  emulator.faults.length = 0;
  emulator.faults.push({ method: "GET", path: /./, status: 401, body: { message: "Unauthorized" } });
  try {
    await expect(refused).rejects.toThrow(
      'Unable to read project status, got status 401: {"message":"Unauthorized"} (is the access token right?)',
    );
  } finally {
    emulator.faults.length = 0;
  }
});

test("a project that is still being paused is restored after that", async () => {
  const state = await create(inputs());
  await emulator.call("POST", `/projects/${ref}/pause`);
  await emulator.lifecycle.settled();
  emulator.calls.length = 0;
  const path = new RegExp(`^/projects/${ref}$`);
  emulator.faults.push({ method: "GET", path, status: 200, body: { ref, status: "PAUSING" }, times: 2 });

  const repaired = await update(state);

  expect(repaired.outputs.status).toBe("ACTIVE_HEALTHY");
  const restored = emulator.calls.indexOf(`POST /projects/${ref}/restore`);
  // The status before the restore: twice PAUSING, then INACTIVE.
  expect(emulator.calls.slice(0, restored)).toEqual(Array(3).fill(`GET /projects/${ref}`));
});

test("a deleted project is reported, and the next update says what to do", async () => {
  const state = await create(inputs());
  await emulator.call("DELETE", `/projects/${ref}`);

  const drifted = await refresh(state);

  expect(drifted.outputs).toMatchObject({ status: "REMOVED", pooler: { defaultPoolSize: 20 } });
  expect(await changes(drifted)).toEqual({ status: "update" });
  const advice = `Project ${ref} does not exist any more: \`pulumi up --stack local --refresh=false --replace '**/project:Project::*'\` creates a new one with everything but the data; restore that from the newest backup.`;
  expect(lines).toEqual([`warning: ${advice}`]);
  await expect(update(drifted)).rejects.toThrow(advice);
});

test("a project that is restarting is not reported", async () => {
  const state = await create(inputs());
  const body = { ref, status: "RESTARTING" };
  emulator.faults.push({
    method: "GET",
    path: new RegExp(`^/projects/${ref}$`),
    status: 200,
    body,
    times: 1,
  });

  expect(await changes(await refresh(state))).toEqual({});
});

test("another token is not a change; another project replaces the resource", async () => {
  const state = await create(inputs());

  expect(await changes(state, inputs({ accessToken: new Secret("sbp_other") }))).toEqual({});
  expect(await changes(state, inputs({ projectRef: "other" }))).toEqual({ projectRef: "update-replace" });
});

test("if the state's token is refused, that of the environment is used", async () => {
  const state = await create(inputs());
  const stale = { ...state, inputs: inputs({ accessToken: new Secret("sbp_stale") }), outputs: {} };
  await expect(refresh(stale)).rejects.toThrow("got status 401");

  process.env.SUPABASE_ACCESS_TOKEN = accessToken;
  try {
    expect((await refresh(stale)).outputs.status).toBe("ACTIVE_HEALTHY");
  } finally {
    delete process.env.SUPABASE_ACCESS_TOKEN;
  }
});

test("delete sends no request, because the settings are deleted with the project", async () => {
  const state = await create(inputs());
  emulator.calls.length = 0;

  await supabasex.delete({ urn, type, ...state, timeoutSeconds: 60 }, context);

  expect(emulator.calls).toEqual([]);
});

test("invalid and unknown inputs are refused by Check, all at once", async () => {
  const wrong = inputs({
    pool: {},
    pooler: { defaultPoolSize: 3001, maxClientConn: 100 },
    realtime: { privateOnly: "yes", maxUsers: 1, connectionPool: unknown },
  });
  delete (wrong as Record<string, unknown>).projectRef;

  expect(await issuesOf(wrong)).toEqual([
    "pool is not known; the known properties are projectRef, region, organizationId, endpoint, accessToken, pooler, realtime",
    "projectRef is required",
    "pooler.defaultPoolSize must be a whole number from 0 to 3000",
    'pooler.maxClientConn is not known; the nearest is "defaultPoolSize"',
    "realtime.privateOnly must be true or false",
    expect.stringContaining("realtime.maxUsers is not known; the nearest is"),
  ]);
  expect(await issuesOf(inputs())).toEqual([]);
});

test("a preview refuses another region or organization, unless the project changes too", async () => {
  const before = inputs({ region: "eu-central-1", organizationId: "acme" });
  const moved = { ...before, region: "us-east-1", organizationId: "other" };
  const refusals = async (given: PropertyMap) => {
    const request = { urn, type, name: "it", oldInputs: before, inputs: given, randomSeed: new Uint8Array() };
    return (await supabasex.check(request, context)).failures ?? [];
  };

  expect((await refusals(moved)).map(({ property }) => property)).toEqual(["region", "organizationId"]);
  expect((await refusals(moved))[0]?.reason).toMatch(
    /^of a Supabase project cannot change, and this one has "eu-central-1"/,
  );
  expect(await refusals({ ...moved, projectRef: unknown })).toEqual([]);
  expect(await refusals(before)).toEqual([]);
});

test("a plain token becomes a secret", async () => {
  const request = { urn, type, name: "it", oldInputs: {}, randomSeed: new Uint8Array() };

  const { inputs: checked } = await supabasex.check(
    { ...request, inputs: inputs({ accessToken: "sbp_x" }) },
    context,
  );

  expect(checked.accessToken).toEqual(new Secret("sbp_x"));
});
