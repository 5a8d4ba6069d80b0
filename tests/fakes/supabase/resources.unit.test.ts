import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { provider } from "../../../fakes/supabase/provider";
import { table } from "../../../fakes/supabase/table";
import { reveal, Secret } from "../../../plugins/provider-host/values";
import { type ServedEmulator, servedEmulator } from "../../emulators/managementApi/server";
import { poolerPort } from "../../emulators/managementApi/support";
import {
  changes,
  check,
  configure,
  context,
  create,
  importById,
  type Resource,
  refresh,
  remove,
  update,
} from "./support";

let emulator: ServedEmulator;
let ref: string;
let folder: string;

beforeAll(async () => {
  emulator = await servedEmulator();
  await configure(emulator.endpoint);
  folder = mkdtempSync(path.join(tmpdir(), "functions-"));
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  ref = await emulator.project();
  emulator.calls.length = 0;
});

const calls = () =>
  emulator.calls.map((call) => call.replaceAll(ref, "{ref}").replace(/[0-9a-f-]{36}/, "{id}"));

async function refreshed(resource: Resource): Promise<Resource> {
  const found = await refresh(resource);
  if (found === undefined) throw new Error("it has gone");
  return found;
}

test("the tokens, inputs and replacing inputs are those of the bridged provider", () => {
  const shape = Object.entries(table.resources).map(([token, { inputs }]) => [
    token,
    Object.entries(inputs)
      .map(([name, { required, replaces }]) => `${name}${required ? "*" : ""}${replaces ? "!" : ""}`)
      .sort(),
  ]);

  expect(Object.fromEntries(shape)).toEqual({
    "supabase:index/project:Project": [
      "databasePassword*",
      "instanceSize",
      "legacyApiKeysEnabled",
      "name",
      "organizationId*",
      "region*",
      "timeouts",
    ],
    "supabase:index/settings:Settings": [
      "api",
      "auth",
      "database",
      "network",
      "pooler",
      "projectRef*",
      "sslEnforcement",
      "storage",
      "timeouts",
    ],
    "supabase:index/branch:Branch": ["gitBranch*", "parentProjectRef*", "persistent", "region!"],
    "supabase:index/apikey:Apikey": ["description", "name", "projectRef*"],
    "supabase:index/edgeFunction:EdgeFunction": [
      "entrypoint*",
      "importMap",
      "name",
      "projectRef*!",
      "slug*!",
      "staticFiles",
    ],
    "supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets": ["projectRef*!", "secrets*"],
    "supabase:index/thirdPartyAuth:ThirdPartyAuth": [
      "customJwks!",
      "jwksUrl!",
      "oidcIssuerUrl!",
      "projectRef*!",
      "timeouts",
    ],
  });
  expect({ name: provider.name, version: provider.version }).toEqual({
    name: "terraform-provider",
    version: "1.1.3",
  });
});

describe("an edge function", () => {
  const type = "supabase:index/edgeFunction:EdgeFunction";
  const entrypoint = () => path.join(folder, "index.ts");
  beforeEach(() => writeFileSync(entrypoint(), "export const version = 1"));

  test("is deployed from its entry point only, under its own name", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });

    expect(calls()).toEqual([
      "POST /projects/{ref}/functions/deploy?slug=hook",
      "GET /projects/{ref}/functions/hook",
    ]);
    expect(deployed.outputs).toMatchObject({
      version: 1,
      status: "ACTIVE",
      localChecksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await changes(deployed)).toEqual({});
  });

  test("is deployed again when the file's content changes and its path does not", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });
    writeFileSync(entrypoint(), "export const version = 2");

    expect(await changes(deployed)).toEqual({ localChecksum: "update" });
    const again = await update(deployed);

    expect(again.outputs.version).toBe(2);
    expect(await changes(again)).toEqual({});
  });

  test("is not reported after a manual deployment, because the provider does not check it", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });
    const form = new FormData();
    form.append("metadata", JSON.stringify({ entrypoint_path: "x.ts", name: "hook" }));
    form.append("file", new File(["export const byHand = true;"], "x.ts"));
    await emulator.call("POST", `/projects/${ref}/functions/deploy?slug=hook`, form);

    const found = await refreshed(deployed);

    expect(found.outputs.version).toBe(2);
    expect(await changes(found)).toEqual({});
  });

  test("is removed from the state by a refresh after a manual deletion", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });
    await emulator.call("DELETE", `/projects/${ref}/functions/hook`);

    expect(await refresh(deployed)).toBeUndefined();
    await expect(remove(deployed)).resolves.toBeUndefined();
  });

  test("is replaced under another slug or project", async () => {
    const deployed = await create(type, {
      projectRef: ref,
      slug: "hook",
      name: "hook",
      entrypoint: entrypoint(),
    });

    expect(await changes(deployed, { slug: "other", projectRef: "other" })).toEqual({
      slug: "update-replace",
      projectRef: "update-replace",
    });
  });

  test("whose entry point does not exist is refused", async () => {
    const { failures } = await check(type, {
      projectRef: ref,
      slug: "hook",
      entrypoint: "/nowhere/index.ts",
    });

    expect(failures).toEqual([{ property: "entrypoint", reason: "names a file that does not exist" }]);
  });

  test("includes static files by pattern, without folders", async () => {
    writeFileSync(path.join(folder, "b.html"), "b");
    writeFileSync(path.join(folder, "a.html"), "a");

    await create(type, {
      projectRef: ref,
      slug: "pages",
      name: "pages",
      entrypoint: entrypoint(),
      staticFiles: [path.join(folder, "*.html")],
    });

    const body = await emulator.call("GET", `/projects/${ref}/functions/pages/body`);
    expect([...body.text.matchAll(/filename="([^"]*)"/g)].map(([, name]) => name)).toEqual([
      "index.ts",
      path.join(folder, "a.html"),
      path.join(folder, "b.html"),
    ]);
  });
});

describe("the secrets of edge functions", () => {
  const type = "supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets";
  const secrets = (...pairs: [string, string][]) =>
    new Secret(pairs.map(([name, value]) => ({ name, value })));

  test("stay secret, with known digests", async () => {
    const made = await create(type, { projectRef: ref, secrets: secrets(["A", "canary"]) });

    expect(made.outputs.secrets).toBeInstanceOf(Secret);
    expect(JSON.stringify(made.outputs)).not.toContain("canary");
    expect(made.outputs.secretDigests).toEqual({ A: createHash("sha256").update("canary").digest("hex") });
    expect(await changes(made)).toEqual({});
  });

  test("are reset after manual changes and removals; an added one is ignored", async () => {
    const made = await create(type, { projectRef: ref, secrets: secrets(["A", "1"], ["B", "2"]) });
    await emulator.call("POST", `/projects/${ref}/secrets`, [
      { name: "A", value: "by hand" },
      { name: "C", value: "new" },
    ]);
    await emulator.call("DELETE", `/projects/${ref}/secrets`, ["B"]);

    const drifted = await refreshed(made);
    const found = Object.keys(await changes(drifted));
    const repaired = await update(drifted);

    expect(reveal(drifted.outputs.secrets ?? null)).toEqual([{ name: "A", value: null }]);
    expect(found.some((name) => name.startsWith("secrets"))).toBe(true);
    expect(await changes(await refreshed(repaired))).toEqual({});
    const { json } = await emulator.call("GET", `/projects/${ref}/secrets`);
    expect(json.map(({ name }: { name: string }) => name)).toEqual(["A", "B", "C"]);
  });

  test("in another order are not a change", async () => {
    const made = await create(type, { projectRef: ref, secrets: secrets(["A", "1"], ["B", "2"]) });

    expect(await changes(made, { secrets: secrets(["B", "2"], ["A", "1"]) })).toEqual({});
  });

  test("that are no longer declared are removed", async () => {
    const made = await create(type, { projectRef: ref, secrets: secrets(["A", "1"], ["B", "2"]) });
    emulator.calls.length = 0;

    await update(made, { secrets: secrets(["A", "1"]) });

    expect(calls()).toEqual([
      "POST /projects/{ref}/secrets",
      "DELETE /projects/{ref}/secrets",
      "GET /projects/{ref}/secrets",
    ]);
    const { json } = await emulator.call("GET", `/projects/${ref}/secrets`);
    expect(json.map(({ name }: { name: string }) => name)).toEqual(["A"]);
  });

  test("with a reserved name are refused", async () => {
    const { failures } = await check(type, { projectRef: ref, secrets: secrets(["SUPABASE_URL", "x"]) });

    expect(failures).toEqual([
      { property: "secrets", reason: "has SUPABASE_URL: names that begin with SUPABASE_ are reserved" },
    ]);
  });
});

describe("an API key", () => {
  const type = "supabase:index/apikey:Apikey";

  test("is created in addition to the default publishable key, and is secret", async () => {
    const { json } = await emulator.call("GET", `/projects/${ref}/api-keys`);
    const publishable = json.find((key: { type: string }) => key.type === "publishable");
    await emulator.call("DELETE", `/projects/${ref}/api-keys/${publishable.id}`);
    emulator.calls.length = 0;

    const key = await create(type, { projectRef: ref, name: "jobs" });

    expect(calls()).toEqual([
      "GET /projects/{ref}/api-keys?reveal=true",
      "POST /projects/{ref}/api-keys?reveal=true",
      "POST /projects/{ref}/api-keys?reveal=true",
      "GET /projects/{ref}/api-keys/{id}?reveal=true",
    ]);
    expect(key.outputs.apiKey).toBeInstanceOf(Secret);
    expect(key.outputs).toMatchObject({ type: "secret", secretJwtTemplate: { role: "service_role" } });
    expect(await changes(key)).toEqual({});
  });

  test("gets its name back after a manual change; a manual deletion fails the refresh", async () => {
    const key = await create(type, { projectRef: ref, name: "jobs" });
    await emulator.call("PATCH", `/projects/${ref}/api-keys/${key.id}`, { name: "by_hand" });
    const drifted = await refreshed(key);
    expect(await changes(drifted)).toEqual({ name: "update" });
    expect((await update(drifted)).outputs.name).toBe("jobs");

    await emulator.call("DELETE", `/projects/${ref}/api-keys/${key.id}`);
    await expect(refresh(key)).rejects.toThrow("Unable to read API key, got status 404");
  });

  test("is imported by its name or its id", async () => {
    const key = await create(type, { projectRef: ref, name: "jobs" });

    const byName = await importById(type, `${ref}/jobs/secret`);
    const byId = await importById(type, `${ref}/${key.id}`);

    expect(byName?.id).toBe(key.id);
    expect(byName?.inputs).toEqual({ projectRef: ref, name: "jobs" });
    expect(byId).toEqual(byName);
  });
});

describe("a branch", () => {
  const type = "supabase:index/branch:Branch";

  test("is created after branching was enabled, and deleted although it is persistent", async () => {
    const branch = await create(type, { parentProjectRef: ref, gitBranch: "main", persistent: true });
    expect(calls()).toEqual([
      "GET /projects/{ref}/branches",
      "POST /projects/{ref}/branches",
      "POST /projects/{ref}/branches",
      "GET /branches/{id}",
      "GET /projects/{ref}/branches",
    ]);
    expect(await changes(await refreshed(branch))).toEqual({});
    emulator.calls.length = 0;

    await remove(branch);

    expect(calls()).toEqual(["DELETE /branches/{id}", "PATCH /branches/{id}", "DELETE /branches/{id}"]);
  });

  test("is replaced in another region", async () => {
    const branch = await create(type, { parentProjectRef: ref, gitBranch: "main", region: "us-east-1" });

    expect(await changes(branch, { region: "us-east-2" })).toEqual({ region: "update-replace" });
  });
});

describe("a third-party issuer", () => {
  const type = "supabase:index/thirdPartyAuth:ThirdPartyAuth";
  const keys = '{"keys":[{"kty":"EC","x":"a"}]}';

  test("is added when the Auth service is running, and its keys can be in another order", async () => {
    const issuer = await create(type, { projectRef: ref, customJwks: keys });

    expect(calls()).toEqual([
      "GET /projects/{ref}",
      "GET /projects/{ref}/health?services=auth",
      "POST /projects/{ref}/config/auth/third-party-auth",
      "GET /projects/{ref}/config/auth/third-party-auth/{id}",
    ]);
    expect(await changes(issuer, { customJwks: '{"keys":[{"x":"a","kty":"EC"}]}' })).toEqual({});
    expect(await changes(issuer, { customJwks: '{"keys":[{"x":"b","kty":"EC"}]}' })).toEqual({
      customJwks: "update-replace",
    });
  });

  test("is removed from the state by a refresh after a manual removal", async () => {
    const issuer = await create(type, { projectRef: ref, jwksUrl: "https://issuer.example.com/jwks" });
    await emulator.call("DELETE", `/projects/${ref}/config/auth/third-party-auth/${issuer.id}`);

    expect(await refresh(issuer)).toBeUndefined();
  });

  test("needs exactly one way to its keys, and public ones", async () => {
    await expect(create(type, { projectRef: ref })).rejects.toThrow("Exactly one of");
    const { failures } = await check(type, {
      projectRef: ref,
      customJwks: '{"keys":[{"kty":"EC","d":"x"}]}',
    });
    expect(failures).toEqual([{ property: "customJwks", reason: "must contain public keys only" }]);
  });
});

test("the functions return the same as the real provider's", async () => {
  const invoke = async (name: string, args: Record<string, string>) =>
    (await provider.invoke?.({ token: `supabase:index/${name}:${name}`, args, preview: false }, context))
      ?.result ?? {};

  const keys = await invoke("getApikeys", { projectRef: ref });

  expect(Object.keys(keys).sort()).toEqual([
    "anonKey",
    "projectRef",
    "publishableKey",
    "secretKeys",
    "serviceRoleKey",
  ]);
  for (const name of ["anonKey", "publishableKey", "secretKeys", "serviceRoleKey"]) {
    expect(keys[name]).toBeInstanceOf(Secret);
  }
  expect(await invoke("getPooler", { projectRef: ref })).toEqual({
    projectRef: ref,
    url: { transaction: `postgresql://postgres.${ref}:[YOUR-PASSWORD]@127.0.0.1:${poolerPort}/postgres` },
  });
  expect(await invoke("getNetworkBans", { projectRef: ref })).toEqual({
    projectRef: ref,
    bannedIpv4Addresses: [],
  });
  expect(await invoke("getBranch", { parentProjectRef: ref })).toEqual({
    parentProjectRef: ref,
    branches: [],
  });
});

test("an unknown type or function is refused by name", async () => {
  await expect(create("supabase:index/bucket:Bucket", {})).rejects.toThrow(
    "does not know supabase:index/bucket:Bucket",
  );
});

test("without a token the provider says how to set one", async () => {
  await expect(
    provider.configure?.({ endpoint: emulator.endpoint, accessToken: " " }, context),
  ).rejects.toThrow("pulumi config set --secret supabase:accessToken");
  await configure(emulator.endpoint);
});
