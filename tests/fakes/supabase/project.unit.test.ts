import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Secret } from "../../../plugins/provider-host/values";
import { type ServedEmulator, servedEmulator } from "../../emulators/managementApi/server";
import { changes, check, configure, create, importById, refresh, remove, update } from "./support";

const type = "supabase:index/project:Project";
const inputs = {
  name: "api",
  organizationId: "acme",
  region: "eu-central-1",
  databasePassword: new Secret("correct horse"),
};
const withoutRef = (calls: string[], ref: string) => calls.map((call) => call.replaceAll(ref, "{ref}"));

let emulator: ServedEmulator;

beforeAll(async () => {
  emulator = await servedEmulator();
  await configure(emulator.endpoint);
});
afterAll(async () => await emulator.close());
beforeEach(() => {
  emulator.calls.length = 0;
});

test("create makes the same calls as the official provider, and a second run changes nothing", async () => {
  const project = await create(type, { ...inputs, instanceSize: "micro", legacyApiKeysEnabled: false });

  expect(withoutRef(emulator.calls, project.id).filter((call, at, all) => call !== all[at - 1])).toEqual([
    "POST /projects",
    "GET /projects/{ref}",
    "PUT /projects/{ref}/api-keys/legacy?enabled=false",
    "GET /projects/{ref}",
    "GET /projects/{ref}/api-keys/legacy",
    "GET /projects/{ref}/billing/addons",
  ]);
  expect(project.id).toMatch(/^[a-z]{20}$/);
  expect(project.outputs).toMatchObject({
    name: "api",
    organizationId: "acme",
    region: "eu-central-1",
    instanceSize: "micro",
    legacyApiKeysEnabled: false,
  });
  expect(project.outputs.databasePassword).toBeInstanceOf(Secret);
  expect(await changes(project)).toEqual({});
});

test("refresh finds a changed name and size, and update resets them", async () => {
  const project = await create(type, { ...inputs, instanceSize: "micro" });
  await emulator.call("PATCH", `/projects/${project.id}`, { name: "by hand" });
  await emulator.call("PATCH", `/projects/${project.id}/billing/addons`, {
    addon_type: "compute_instance",
    addon_variant: "ci_small",
  });
  await emulator.lifecycle.settled();

  const drifted = await refresh(project);
  const found = drifted && (await changes(drifted));
  const repaired = drifted && (await update(drifted));

  expect(found).toEqual({ name: "update", instanceSize: "update" });
  expect(repaired?.outputs).toMatchObject({ name: "api", instanceSize: "micro" });
});

test.each(["region", "organizationId"])("a changed %s is an update in place, which fails", async (key) => {
  const project = await create(type, inputs);

  expect(await changes(project, { [key]: "elsewhere" })).toEqual({ [key]: "update" });
  await expect(update(project, { [key]: "elsewhere" })).rejects.toThrow(
    `${key}: Update is not supported for this attribute.`,
  );
});

test("a new password is sent, and is never read", async () => {
  const project = await create(type, inputs);
  emulator.calls.length = 0;

  const changed = await update(project, { databasePassword: new Secret("battery staple") });

  expect(emulator.calls[0]).toBe(`PATCH /projects/${project.id}/database/password`);
  expect(changed.outputs.databasePassword).toEqual(new Secret("battery staple"));
  expect(await changes(changed)).toEqual({});
});

test("a deleted project does not change the state, as with the real provider", async () => {
  const project = await create(type, inputs);
  await emulator.call("DELETE", `/projects/${project.id}`);

  const found = await refresh(project);

  expect(found?.outputs).toEqual(project.outputs);
  await expect(remove(project)).resolves.toBeUndefined();
});

test("an import has everything but the password, so the next update resets it", async () => {
  const ref = await emulator.project({ name: "made by hand" });

  const found = await importById(type, ref);

  expect(found?.inputs).toEqual({ name: "made by hand", organizationId: "acme", region: "eu-central-1" });
  expect(found && (await changes({ type, ...found }, inputs))).toEqual({
    name: "update",
    databasePassword: "add",
  });
});

test("delete removes the project", async () => {
  const project = await create(type, inputs);

  await remove(project);

  expect((await emulator.call("GET", `/projects/${project.id}`)).status).toBe(404);
});

test("reads are retried when the API is busy, writes are not", async () => {
  emulator.faults.push({
    method: "GET",
    path: /^\/projects\/[a-z]{20}$/,
    status: 503,
    headers: { "Retry-After": "0" },
    times: 2,
  });
  await expect(create(type, inputs)).resolves.toBeDefined();

  emulator.faults.push({
    method: "POST",
    path: /^\/projects$/,
    status: 503,
    headers: { "Retry-After": "0" },
    times: 1,
  });
  await expect(create(type, inputs)).rejects.toThrow("Unable to create project, got status 503");
});

test("a project that fails to start fails the create, with its status in the error", async () => {
  emulator.clusters.failure = new Error("no server");
  await expect(create(type, inputs)).rejects.toThrow(/did not become active: its status is INIT_FAILED/);
  emulator.clusters.failure = undefined;
});

test("inputs that the official provider refuses are refused before any request", async () => {
  const { failures } = await check(type, {
    name: "x",
    databasePassword: "abc",
    region: "r",
    instanceSize: "tiny",
    size: 1,
  });

  expect(failures?.map(({ property, reason }) => `${property} ${reason}`)).toEqual([
    "databasePassword must have at least 4 characters",
    expect.stringMatching(/^instanceSize must be one of nano, micro/),
    'size is not known; the nearest is "name"',
    "organizationId is required",
  ]);
});

test("a response that is not JSON is an error, and not a project named undefined", async () => {
  const project = await create(type, inputs);
  emulator.faults.push({
    method: "GET",
    path: /^\/projects\/[a-z]{20}$/,
    status: 200,
    body: "<html>",
    times: 1,
  });
  await expect(refresh(project)).rejects.toThrow(
    "Unable to read project, got status 200: <html> (which is not JSON)",
  );
});
