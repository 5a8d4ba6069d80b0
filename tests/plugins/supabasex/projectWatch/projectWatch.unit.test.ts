import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PropertyMap, Secret } from "../../../../plugins/provider-host/values";
import { type ServedEmulator, servedEmulator } from "../../../emulators/managementApi/server";
import { accessToken } from "../../../emulators/managementApi/support";
import { projectChanges } from "../../../support/drift/projectChanges";
import { member, memberList, sharingChanges } from "../../../support/drift/sharingChanges";
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
      identity
        .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, "$id")
        .replace(/[a-z]{20}-rr-[a-z0-9-]+/, "$replica"),
      text.replaceAll(/\b[0-9a-f]{8}\b/g, "$hash").replace(/added: (custom|oidc) \[/, "added: $type ["),
    ]),
  );
}

let lastId = "";

async function call(method: string, path: string, body?: unknown): Promise<void> {
  const [version, below] = path.startsWith("/v2/") ? ["/v2", path.slice("/v2".length)] : ["", path];
  const target = `${version}/projects/${ref}${below.replace("$id", lastId)}`;
  const answer = await emulator.call(method, target, body);
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  lastId = answer.json?.id ?? answer.json?.data?.id ?? "";
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

/** Answers a call with this from now on, instead of what the emulator answers. */
function answerWith(path: RegExp, body: unknown, status: 200 | 401 | 403 = 200): void {
  emulator.faults.splice(0);
  emulator.faults.push({ method: "GET", path, status, body });
}

describe("access of others to a project and its organization", () => {
  afterEach(() => {
    emulator.faults.splice(0);
  });

  test.each(sharingChanges)("$name", async ({ path, before, after, reports }) => {
    answerWith(path, before);
    const made = await create(inputs());
    answerWith(path, after);

    const found = await refresh(made);

    expect(made.outputs.live).toEqual({});
    expect(found.outputs.live).toEqual(reports);
  });

  test("a member with a second factor now is not reported, and its loss after the next deployment is", async () => {
    answerWith(memberList, [member("owner@example.com", "Owner", false)]);
    const made = await create(inputs());
    answerWith(memberList, [member("owner@example.com", "Owner", true)]);
    const gained = await refresh(made);
    expect(gained.outputs.live).toEqual({});
    const deployed = await update(gained, gained.inputs);
    answerWith(memberList, [member("owner@example.com", "Owner", false)]);

    expect((await refresh(deployed)).outputs.live).toEqual({
      "organization member owner@example.com": "Owner → Owner, without a second factor [opens]",
    });
  });

  test("settings that the first deployment could not read are reported once they are readable, until they are accepted", async () => {
    const { path, after, reports } = sharingChanges.find(({ path }) =>
      path.source.includes("private-link"),
    ) as (typeof sharingChanges)[number];
    answerWith(path, { error: {} }, 403);
    const made = await create(inputs());
    expect(await changes(made)).toEqual([]);
    answerWith(path, after);

    const found = await refresh(made);
    expect(found.outputs.live).toEqual(reports);
    const deployed = await update(found, found.inputs);

    expect((await refresh(deployed)).outputs.live).toEqual(reports);
    const [accept = ""] = lines.join("\n").match(/(?<=project\.accept: ).*/) ?? [];
    const accepted = await update(deployed, inputs({ accept: [accept] }));
    expect((await refresh(accepted)).outputs.live).toEqual({});
  });

  test("a plan or token without access causes neither an error nor a report", async () => {
    const made = await create(inputs());
    for (const status of [401, 403] as const) {
      answerWith(/\/(log-drains|private-link\/associations|github\/connections)$/, { error: {} }, status);

      expect((await refresh(made)).outputs.live).toEqual({});
    }
  });
});

test("a baseline of an older version is upgraded with the identity of keys and with settings that it did not read", async () => {
  answerWith(memberList, [member("dev@example.com", "Developer")]);
  await call("POST", "/api-keys", { type: "secret", name: "colleague" });
  const made = await create(inputs());
  const {
    "API keys": keys,
    "organization members": _,
    ...others
  } = made.outputs.baseline as Record<string, PropertyMap>;
  const older = {
    ...made,
    outputs: {
      ...made.outputs,
      baseline: { ...others, "API keys": { ...keys, "API key colleague": "secret" } },
    },
  };

  const found = await refresh(older);
  expect(found.outputs.live).toEqual({});
  expect(await changes(found)).toEqual(["baseline"]);
  const deployed = await update(found, found.inputs);
  expect(masked((deployed.outputs.baseline as Record<string, unknown>)["API keys"])).toMatchObject({
    "API key colleague": "secret, id $hash",
  });
  expect(deployed.outputs.baseline).toMatchObject({
    "organization members": { "organization member dev@example.com": "Developer" },
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
  expect(entry).toMatch(/^function secret COLLEAGUE @ [0-9a-f]{16}$/);

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
