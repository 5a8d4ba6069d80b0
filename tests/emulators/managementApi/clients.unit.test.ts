import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestEmulator, testEmulator, uuid } from "./support";

// Requests that only the official clients make, not the Terraform provider. tests/local/officialClients runs these clients.
let emulator: TestEmulator;
let ref: string;

beforeAll(async () => {
  emulator = await testEmulator({
    programs: {
      types: async (url, schemas) => `types of ${schemas.join(" and ")} at ${new URL(url).host}`,
      lints: async (_url, type) => [{ name: "no_primary_key", categories: [type.toUpperCase()] }],
    },
  });
  ref = await emulator.project();
});
afterAll(() => emulator.remove());

const call = (method: string, path: string, body?: unknown) =>
  emulator.call(method, path.replace("{ref}", ref), body);

test("an empty response has a length of 0, so clients do not parse it as JSON", async () => {
  const { status, headers } = await call("PATCH", "/projects/{ref}/config/storage", { fileSizeLimit: 5 });

  expect(status).toBe(200);
  expect(headers.get("content-length")).toBe("0");
});

test("a created organization is listed with those of projects, and survives a restart", async () => {
  const made = await call("POST", "/organizations", { name: "New" });
  expect(made).toMatchObject({
    status: 201,
    json: { name: "New", slug: expect.stringMatching(/^[a-z]{20}$/) },
  });

  const again = await testEmulator({ stateDirectory: emulator.stateDirectory, clusters: emulator.clusters });
  const { json } = await again.call("GET", "/organizations");
  expect(json).toEqual([
    { id: "acme", slug: "acme", name: "acme" },
    { id: made.json.slug, slug: made.json.slug, name: "New" },
  ]);
  expect(await call("GET", "/organizations/acme")).toMatchObject({ status: 200, json: { plan: "pro" } });
  expect(await call("GET", "/organizations/nobody")).toMatchObject({ status: 404 });
});

test("the config of API version 2 returns the settings of the version 1 endpoints", async () => {
  await call("PATCH", "/projects/{ref}/postgrest", { max_rows: 7 });
  await call("PATCH", "/projects/{ref}/config/storage", { fileSizeLimit: 5 });
  await call("POST", "/projects/{ref}/network-restrictions/apply", { dbAllowedCidrs: ["203.0.113.0/24"] });
  emulator.clusters.rows = [{ major: 17 }];

  const response = await emulator.app.request(`/v2/projects/${ref}/config`, {
    headers: { Authorization: "Bearer sbp_0000000000000000000000000000000000000001" },
  });

  const { data } = (await response.json()) as { data: { attributes: Record<string, unknown> } };
  expect(response.status).toBe(200);
  expect(data).toMatchObject({
    type: "project_config",
    id: ref,
    attributes: {
      database: {
        major_version: 17,
        network_restrictions: {
          status: "applied",
          allowed_cidrs: [{ address: "203.0.113.0/24", type: "v4" }],
        },
      },
      api: { max_rows: 7 },
      storage: { file_size_limit: 5, upstream_target: "main", features: { s3_protocol: { enabled: true } } },
    },
  });
  const refused = await emulator.app.request(`/v2/projects/${ref}/config`);
  expect(refused.status).toBe(401);
  const unknown = await emulator.app.request(`/v2/projects/${"x".repeat(20)}/config`, {
    headers: { Authorization: "Bearer sbp_0000000000000000000000000000000000000001" },
  });
  expect(unknown.status).toBe(404);
});

test("returns the types of the requested schemas, by default the exposed ones, and advisors by kind", async () => {
  expect((await call("GET", "/projects/{ref}/types/typescript?included_schemas=a,%20b")).json.types).toMatch(
    /^types of a and b at 127/,
  );
  expect((await call("GET", "/projects/{ref}/types/typescript")).json.types).toMatch(
    /^types of public and graphql_public/,
  );
  expect((await call("GET", "/projects/{ref}/advisors/security")).json).toEqual({
    lints: [{ name: "no_primary_key", categories: ["SECURITY"] }],
  });
});

describe("functions", () => {
  const deploy = async (query: string, entrypoint = "supabase/functions/a/index.ts") => {
    const form = new FormData();
    form.append("metadata", JSON.stringify({ entrypoint_path: entrypoint, import_map_path: "", name: "a" }));
    form.append("file", new File(["export {}"], "supabase/functions/a/index.ts"));
    return await call("POST", `/projects/{ref}/functions/deploy?${query}`, form);
  };

  test("an empty import map counts as none, and paths are URLs in the platform's folder", async () => {
    const { status, json } = await deploy("slug=a");

    expect(status).toBe(201);
    expect(json).toMatchObject({ import_map: false, version: 1 });
    expect(json.entrypoint_path).toBe(
      `file:///tmp/user_fn_${ref}_${json.id}_1/source/supabase/functions/a/index.ts`,
    );
    expect(await deploy("slug=a", "elsewhere.ts")).toMatchObject({ status: 400 });
  });

  test("a bundled function is active only after the bulk update", async () => {
    const { json: bundled } = await deploy("slug=late&bundleOnly=true");
    expect(await call("GET", "/projects/{ref}/functions/late")).toMatchObject({ status: 404 });

    const { id, slug, name, status, version, ezbr_sha256 } = bundled;
    const update = { id, slug, name, status, version, ezbr_sha256, verify_jwt: false };
    const { json } = await call("PUT", "/projects/{ref}/functions", [update]);

    expect(json.functions).toMatchObject([{ slug: "late", verify_jwt: false }]);
    expect(await call("GET", "/projects/{ref}/functions/late")).toMatchObject({ status: 200 });
    expect(await call("PUT", "/projects/{ref}/functions", [{ ...update, slug: "never" }])).toMatchObject({
      status: 400,
    });
  });
});

test("the first preview branch enables branching, is found by name, and is deleted when branching is disabled", async () => {
  expect(await call("GET", "/projects/{ref}/branches")).toMatchObject({ status: 422 });

  const { json } = await call("POST", "/projects/{ref}/branches", { branch_name: "feature" });
  await emulator.lifecycle.settled();

  expect(json.id).toMatch(uuid);
  const { json: branches } = await call("GET", "/projects/{ref}/branches");
  expect(branches.map(({ name }: { name: string }) => name)).toEqual(["main", "feature"]);
  expect(await call("GET", "/projects/{ref}/branches/feature")).toMatchObject({ json: { id: json.id } });
  expect(await call("POST", `/projects/${json.project_ref}/pause`)).toMatchObject({ status: 200 });
  await emulator.lifecycle.settled();
  expect(await call("DELETE", "/projects/{ref}/branches")).toMatchObject({ status: 200 });
  expect(await call("GET", "/projects/{ref}/branches")).toMatchObject({ status: 422 });
});

test("identity providers are refused while SAML is off, and stored when it is on", async () => {
  const providers = "/projects/{ref}/config/auth/sso/providers";
  expect(await call("GET", providers)).toMatchObject({
    status: 404,
    json: { message: "SAML 2.0 support is not enabled for this project" },
  });
  await call("PATCH", "/projects/{ref}/config/auth", { saml_enabled: true });
  const body = { type: "saml", metadata_url: "https://idp.example.org/metadata", domains: ["example.org"] };

  const { json, status } = await call("POST", providers, body);
  expect(status).toBe(201);
  await call("PUT", `${providers}/${json.id}`, { domains: ["example.com"] });

  expect((await call("GET", providers)).json.items).toMatchObject([
    { saml: { entity_id: body.metadata_url }, domains: [{ domain: "example.com" }] },
  ]);
  expect(await call("POST", providers, { type: "saml" })).toMatchObject({ status: 400 });
  await call("DELETE", `${providers}/${json.id}`);
  expect((await call("GET", providers)).json.items).toEqual([]);
});

test("addresses: a vanity subdomain is active at once, a custom hostname stays unverified", async () => {
  expect((await call("GET", "/projects/{ref}/vanity-subdomain")).json).toEqual({ status: "not-used" });
  await call("POST", "/projects/{ref}/vanity-subdomain/activate", { vanity_subdomain: "shop" });
  expect((await call("GET", "/projects/{ref}/vanity-subdomain")).json).toMatchObject({ status: "active" });
  expect(
    await call("POST", "/projects/{ref}/vanity-subdomain/activate", { vanity_subdomain: "a.b" }),
  ).toMatchObject({
    status: 400,
  });

  expect(await call("GET", "/projects/{ref}/custom-hostname")).toMatchObject({ status: 404 });
  await call("POST", "/projects/{ref}/custom-hostname/initialize", { custom_hostname: "db.example.org" });
  expect((await call("POST", "/projects/{ref}/custom-hostname/reverify")).json).toMatchObject({
    status: "2_initiated",
    data: { result: { hostname: "db.example.org", status: "pending" } },
  });
  expect(await call("POST", "/projects/{ref}/custom-hostname/activate")).toMatchObject({ status: 400 });
});

test("the root key is created once, and replaced on request", async () => {
  const first = (await call("GET", "/projects/{ref}/pgsodium")).json.root_key;
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect((await call("GET", "/projects/{ref}/pgsodium")).json.root_key).toBe(first);
  const root_key = "ab".repeat(32);
  expect((await call("PUT", "/projects/{ref}/pgsodium", { root_key })).json).toEqual({ root_key });
  expect(await call("PUT", "/projects/{ref}/pgsodium", { root_key: "short" })).toMatchObject({ status: 400 });
});
