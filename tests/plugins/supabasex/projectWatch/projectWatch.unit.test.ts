import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PropertyMap, Secret } from "../../../../plugins/provider-host/values";
import { type ServedEmulator, servedEmulator } from "../../../emulators/managementApi/server";
import { accessToken } from "../../../emulators/managementApi/support";
import { projectChanges } from "../../../support/drift/projectChanges";
import { ResourceUnderTest } from "../resourceUnderTest";

const resource = new ResourceUnderTest("supabasex:index:ProjectWatch");
const { lines, create, refresh, update } = resource;

/** Returns the paths at which a resource differs from its inputs. */
const changes = async (...given: Parameters<typeof resource.changes>) =>
  Object.keys(await resource.changes(...given));

let emulator: ServedEmulator;
let ref: string;

beforeAll(async () => {
  emulator = await servedEmulator();
});
afterAll(async () => await emulator.close());
beforeEach(async () => {
  ref = await emulator.project();
  resource.forget();
});

const nothing = { functions: [], secrets: [], settings: {} };
const inputs = (more: PropertyMap = {}): PropertyMap => ({
  projectRef: ref,
  organizationId: "thorbis",
  endpoint: emulator.endpoint,
  accessToken: new Secret(accessToken),
  declared: nothing,
  accept: [],
  ...more,
});

/** Hashes and IDs differ from run to run: the test compares their form. */
function masked(live: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(live as Record<string, string>).map(([identity, text]) => [
      identity.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, "$id"),
      text.replaceAll(/\b[0-9a-f]{8}\b/g, "$hash").replace(/added: (custom|oidc) \[/, "added: $type ["),
    ]),
  );
}

let lastId = "";

async function call(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await emulator.call(method, `/projects/${ref}${path.replace("$id", lastId)}`, body);
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  lastId = answer.json?.id ?? "";
}

describe("changes outside of the stack", () => {
  test.each(projectChanges)("$name", async ({ calls, before = 0, reports }) => {
    for (const [method, path, body] of calls.slice(0, before)) await call(method, path, body);
    const made = await create(inputs());
    for (const [method, path, body] of calls.slice(before)) await call(method, path, body);

    const found = await refresh(made);

    expect(masked(found.outputs.live)).toEqual(reports);
    expect(await changes(found)).toEqual(["live"]);
  });
});

test("an owner and an administrator of the organization who are added, and a developer who becomes one, are reported", async () => {
  const member = (email: string, role: string) => ({ user_name: email, email, role_name: role });
  const before = [member("ours@example.com", "Owner"), member("dev@example.com", "Developer")];
  const answer = { method: "GET", path: /^\/organizations\/acme\/members$/, status: 200 } as const;
  emulator.faults.push({ ...answer, body: before });
  const made = await create(inputs({ organizationId: "acme" }));
  const after = [
    member("ours@example.com", "Owner"),
    member("dev@example.com", "Administrator"),
    member("new@example.com", "Owner"),
    member("reader@example.com", "Read-only"),
  ];
  emulator.faults.splice(0, 1, { ...answer, body: after });

  const found = await refresh(made);

  expect(found.outputs.live).toEqual({
    "organization member dev@example.com": "added: Administrator [opens]",
    "organization member new@example.com": "added: Owner [opens]",
  });
  emulator.faults.splice(0, 1, { ...answer, body: [] });
  expect((await refresh(made)).outputs.live).toEqual({
    "organization member ours@example.com": "removed: Owner [changes]",
  });
  emulator.faults.splice(0);
});

test("an unchanged project reports nothing, in any refresh", async () => {
  const made = await create(inputs());

  const again = await refresh(await refresh(made));

  expect(made.outputs.live).toEqual({});
  expect(again.outputs.live).toEqual({});
  expect(await changes(again)).toEqual([]);
  expect(lines).toEqual([]);
});

test("resources that the stack declares are not reported, nor those that it no longer declares but has not deleted yet", async () => {
  const declared = { functions: ["ours"], secrets: ["OURS"], settings: { auth: ["sms_test_otp"] } };
  const made = await create(inputs({ declared }));
  await call("POST", "/secrets", [{ name: "OURS", value: "1" }]);
  await call("PATCH", "/config/auth", { sms_test_otp: "15551234567=123456" });

  expect((await refresh(made)).outputs.live).toEqual({});
  // The stack deletes the secret only after this update.
  const givenUp = await update(made, inputs());
  expect(givenUp.outputs.live).toEqual({});
  await call("DELETE", "/secrets", ["OURS"]);
  expect((await refresh(givenUp)).outputs.live).toEqual({});
});

test("the first deployment reports an existing login bypass", async () => {
  await call("PATCH", "/config/auth", { sms_test_otp: "15551234567=123456", rate_limit_web3: 3000 });

  const made = await create(inputs());

  expect(made.outputs.live).toEqual({ "auth setting sms_test_otp": "off → 15551234567=123456 [opens]" });
  expect(lines.join("\n")).toContain("project.accept: auth setting sms_test_otp @ ");
});

test("an update repairs nothing and says how to accept a change; an accepted change is not reported, and the next one is", async () => {
  const made = await create(inputs());
  await call("POST", "/secrets", [{ name: "COLLEAGUE", value: "1" }]);

  const left = await update(await refresh(made), made.inputs);
  expect(masked(left.outputs.live)).toEqual({ "function secret COLLEAGUE": "added: value $hash [extra]" });
  const entry = /project\.accept: (.+)$/m.exec(lines.at(-1) ?? "")?.[1] ?? "";
  expect(entry).toMatch(/^function secret COLLEAGUE @ [0-9a-f]{8}$/);

  const accepted = await update(left, inputs({ accept: [entry] }));
  expect(accepted.outputs.live).toEqual({});
  expect((await refresh(accepted)).outputs.live).toEqual({});
  await call("POST", "/secrets", [{ name: "COLLEAGUE", value: "2" }]);
  expect(masked((await refresh(accepted)).outputs.live)).toEqual({
    "function secret COLLEAGUE": "value $hash → value $hash [changes]",
  });
});

test("a manually replaced credential is reported, and one that the stack replaced is not", async () => {
  const secret = "external_google_secret";
  const google = { external_google_enabled: true, external_google_client_id: "ours" };
  await call("PATCH", "/config/auth", { ...google, [secret]: "first" });
  const declared = { ...nothing, settings: { auth: Object.keys(google) } };
  const made = await create(inputs({ declared, credentials: new Secret({ [secret]: "hash of first" }) }));

  await call("PATCH", "/config/auth", { [secret]: "stolen" });
  expect(masked((await refresh(made)).outputs.live)).toEqual({
    [`auth setting ${secret}`]: "value $hash → value $hash [changes]",
  });
  const ours = inputs({ declared, credentials: new Secret({ [secret]: "hash of second" }) });
  await call("PATCH", "/config/auth", { [secret]: "second" });
  const replaced = await update(made, ours);
  expect(replaced.outputs.live).toEqual({});
  expect((await refresh(replaced)).outputs.live).toEqual({});
});

test("a deleted project is reported in one sentence", async () => {
  const made = await create(inputs());
  await call("DELETE", "");

  await expect(refresh(made)).rejects.toThrow(/Unable to read .*404/);
});
