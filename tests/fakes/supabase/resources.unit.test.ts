import { describe, expect, test } from "vitest";
import { provider } from "../../../fakes/supabase/provider";
import { table } from "../../../fakes/supabase/table";
import { Secret } from "../../../plugins/provider-host/values";
import { poolerPort } from "../../emulators/managementApi/support";
import { calls, emulator, ref, refreshed, serveToThisFile } from "./served";
import { changes, check, configure, context, create, importById, refresh, remove, update } from "./support";

serveToThisFile();

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

  test("needs exactly one source of keys, which must be public", async () => {
    await expect(create(type, { projectRef: ref })).rejects.toThrow("Exactly one of");
    const { failures } = await check(type, {
      projectRef: ref,
      customJwks: '{"keys":[{"kty":"EC","d":"x"}]}',
    });
    expect(failures).toEqual([{ property: "customJwks", reason: "must contain public keys only" }]);
  });
});

test("the functions return the same values as those of the official provider", async () => {
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

test("without a token, the error says how to set one", async () => {
  await expect(
    provider.configure?.({ endpoint: emulator.endpoint, accessToken: " " }, context),
  ).rejects.toThrow("pulumi config set --secret supabase:accessToken");
  await configure(emulator.endpoint);
});
