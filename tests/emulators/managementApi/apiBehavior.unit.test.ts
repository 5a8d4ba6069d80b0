import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newProjectBody, rfc3339, type TestEmulator, testEmulator, uuid } from "./support";

let emulator: TestEmulator;

beforeEach(async () => {
  emulator = await testEmulator();
});
afterEach(() => emulator.remove());

// Exact codes and content types are tested in sequences.unit.test.ts.

test("a project can be read right after its creation, and goes from COMING_UP to ACTIVE_HEALTHY", async () => {
  const release = emulator.clusters.hold();
  const created = await emulator.call("POST", "/projects", newProjectBody);
  const path = `/projects/${created.json.ref}`;

  const during = await emulator.call("GET", path);
  const health = await emulator.call("GET", `${path}/health?services=auth&services=db`);
  release();
  await emulator.lifecycle.settled();
  const after = await emulator.call("GET", path);

  expect([created.status, created.json.status]).toEqual([201, "COMING_UP"]);
  expect([during.status, during.json.status]).toEqual([200, "COMING_UP"]);
  expect(health.json).toEqual([
    { name: "auth", healthy: false, status: "COMING_UP" },
    { name: "db", healthy: false, status: "COMING_UP" },
  ]);
  expect(after.json).toEqual({
    id: created.json.ref,
    ref: created.json.ref,
    organization_id: "acme",
    organization_slug: "acme",
    name: "thorbis",
    region: "eu-central-1",
    created_at: expect.stringMatching(rfc3339),
    status: "ACTIVE_HEALTHY",
    database: {
      host: `db.${created.json.ref}.supabase.co`,
      version: "17.6.1.001",
      postgres_engine: "17",
      release_channel: "ga",
    },
  });
});

test("a database that cannot be created leaves INIT_FAILED, and the next start of the emulator retries", async () => {
  emulator.clusters.failure = new Error("no server");
  const created = await emulator.call("POST", "/projects", newProjectBody);
  await emulator.lifecycle.settled();
  const failed = await emulator.call("GET", `/projects/${created.json.ref}`);

  const again = await testEmulator({ stateDirectory: emulator.stateDirectory });
  const recovered = await again.call("GET", `/projects/${created.json.ref}`);

  expect([failed.json.status, recovered.json.status]).toEqual(["INIT_FAILED", "ACTIVE_HEALTHY"]);
});

test("health returns one row per requested service, in the requested order", async () => {
  const ref = await emulator.project();

  const answer = await emulator.call(
    "GET",
    `/projects/${ref}/health?services=storage&services=auth&services=db`,
  );

  expect(answer.json.map((row: { name: string; status: string }) => [row.name, row.status])).toEqual([
    ["storage", "ACTIVE_HEALTHY"],
    ["auth", "ACTIVE_HEALTHY"],
    ["db", "ACTIVE_HEALTHY"],
  ]);
});

test("a disabled Data API makes rest unhealthy and nothing else", async () => {
  const ref = await emulator.project();
  await emulator.call("PATCH", `/projects/${ref}/postgrest`, { db_schema: "" });

  const answer = await emulator.call("GET", `/projects/${ref}/health?services=rest&services=db`);

  expect(answer.json).toEqual([
    { name: "rest", healthy: false, status: "UNHEALTHY", error: '{"error":"the Data API is disabled"}' },
    { name: "db", healthy: true, status: "ACTIVE_HEALTHY" },
  ]);
});

test("ids are UUIDs, and times of branches are in RFC 3339", async () => {
  const ref = await emulator.project();
  const path = `/projects/${ref}`;

  const branch = await emulator.call("POST", `${path}/branches`, { branch_name: "main", is_default: true });
  const key = await emulator.call("POST", `${path}/api-keys`, { type: "secret", name: "jobs" });
  const issuer = await emulator.call("POST", `${path}/config/auth/third-party-auth`, {
    jwks_url: "https://issuer.example.com/jwks.json",
  });

  for (const { json } of [branch, key, issuer]) expect(json.id).toMatch(uuid);
  expect(branch.json.created_at).toMatch(rfc3339);
  expect(branch.json.updated_at).toMatch(rfc3339);
});

test("Auth returns all 237 keys, null when unset, and the sender address null or valid", async () => {
  const ref = await emulator.project();

  const { json } = await emulator.call("GET", `/projects/${ref}/config/auth`);
  const cleared = await emulator.call("PATCH", `/projects/${ref}/config/auth`, {
    smtp_admin_email: null,
    mfa_phone_otp_length: null,
  });

  expect(Object.keys(json)).toHaveLength(237);
  expect(json.smtp_admin_email).toBeNull();
  expect(json.external_zoom_client_id).toBeNull();
  expect(cleared.json.smtp_admin_email).toBeNull();
  // One of the eight that are never null.
  expect(cleared.json.mfa_phone_otp_length).toBe(6);
});

test("secrets are masked, the same for the same secret, and not on disk", async () => {
  const ref = await emulator.project();
  const path = `/projects/${ref}/config/auth`;

  const first = await emulator.call("PATCH", path, {
    smtp_pass: "canary-1",
    hook_send_sms_secrets: "canary-2",
  });
  const other = await emulator.call("PATCH", path, { smtp_pass: "canary-3" });
  const back = await emulator.call("PATCH", path, { smtp_pass: "canary-1" });

  expect(first.text).not.toContain("canary");
  expect(other.json.smtp_pass).not.toBe(first.json.smtp_pass);
  expect(back.json.smtp_pass).toBe(first.json.smtp_pass);
  expect(back.json.hook_send_sms_secrets).toBe(first.json.hook_send_sms_secrets);
  expect(JSON.stringify(await recordOf(emulator, ref))).not.toContain("canary");
});

test("Apple's additional client ids are merged into its client id", async () => {
  const ref = await emulator.project();

  const answer = await emulator.call("PATCH", `/projects/${ref}/config/auth`, {
    external_apple_client_id: "com.example.web",
    external_apple_additional_client_ids: "com.example.ios,com.example.mac",
  });

  expect(answer.json.external_apple_client_id).toBe("com.example.web,com.example.ios,com.example.mac");
  expect(answer.json.external_apple_additional_client_ids).toBeNull();
});

test("PostgreSQL returns only the overrides: everything that was PUT except restart_database", async () => {
  const ref = await emulator.project();
  const path = `/projects/${ref}/config/database/postgres`;

  const before = await emulator.call("GET", path);
  const put = await emulator.call("PUT", path, { work_mem: "8MB", restart_database: true });
  await emulator.lifecycle.settled();
  const second = await emulator.call("PUT", path, { max_connections: 90 });
  const after = await emulator.call("GET", path);

  expect(before.json).toEqual({});
  expect(put.json).toEqual({ work_mem: "8MB" });
  expect(second.json).toEqual({ work_mem: "8MB", max_connections: 90 });
  expect(after.json).toEqual(second.json);
});

test("Storage returns all features, and a PATCH of one does not change the others", async () => {
  const ref = await emulator.project();
  const path = `/projects/${ref}/config/storage`;

  await emulator.call("PATCH", path, { features: { imageTransformation: { enabled: true } } });
  const { json } = await emulator.call("GET", path);

  expect(json.features).toEqual({
    imageTransformation: { enabled: true },
    s3Protocol: { enabled: true },
    icebergCatalog: { enabled: false, maxCatalogs: 0, maxNamespaces: 0, maxTables: 0 },
    vectorBuckets: { enabled: false, maxBuckets: 0, maxIndexes: 0 },
  });
  expect(Object.keys(json).sort()).toEqual([
    "capabilities",
    "databasePoolMode",
    "external",
    "features",
    "fileSizeLimit",
    "migrationVersion",
  ]);
});

test("network restrictions are two lists, replaced as a whole, in the order they were sent", async () => {
  const ref = await emulator.project();
  const path = `/projects/${ref}/network-restrictions`;

  const never = await emulator.call("GET", path);
  await emulator.call("POST", `${path}/apply`, {
    dbAllowedCidrs: ["203.0.113.0/24"],
    dbAllowedCidrsV6: ["::/0"],
  });
  await emulator.call("POST", `${path}/apply`, { dbAllowedCidrs: ["198.51.100.9/32", "192.0.2.0/24"] });
  const after = await emulator.call("GET", path);

  expect(never.json).toEqual({ entitlement: "allowed", config: {}, status: "stored" });
  expect(after.json).toEqual({
    entitlement: "allowed",
    config: { dbAllowedCidrs: ["198.51.100.9/32", "192.0.2.0/24"], dbAllowedCidrsV6: [] },
    status: "applied",
    updated_at: expect.stringMatching(rfc3339),
    applied_at: expect.stringMatching(rfc3339),
  });
});

test.each([
  ["by two empty lists", { dbAllowedCidrs: [], dbAllowedCidrsV6: [] }],
  ["by one empty list", { dbAllowedCidrs: [] }],
  ["by a request without a list", {}],
])("network restrictions are emptied %s", async (_how, body) => {
  const ref = await emulator.project();
  const path = `/projects/${ref}/network-restrictions`;
  await emulator.call("POST", `${path}/apply`, {
    dbAllowedCidrs: ["203.0.113.0/24"],
    dbAllowedCidrsV6: ["2001:db8::/32"],
  });

  const emptied = await emulator.call("POST", `${path}/apply`, body);
  const after = await emulator.call("GET", path);

  expect(emptied.status).toBe(201);
  expect(after.json).toEqual({
    entitlement: "allowed",
    config: { dbAllowedCidrs: [], dbAllowedCidrsV6: [] },
    status: "applied",
    updated_at: expect.stringMatching(rfc3339),
    applied_at: expect.stringMatching(rfc3339),
  });
});

test("secrets are returned as SHA-256, and their values are not on disk", async () => {
  const ref = await emulator.project();

  await emulator.call("POST", `/projects/${ref}/secrets`, [{ name: "TOKEN", value: "canary" }]);
  const { json } = await emulator.call("GET", `/projects/${ref}/secrets`);

  expect(json[0].value).toBe(createHash("sha256").update("canary").digest("hex"));
  expect(JSON.stringify(await recordOf(emulator, ref))).not.toContain("canary");
});

test("a deployment keeps nested file names and created_at, and increments the version", async () => {
  const ref = await emulator.project();
  const deploy = async (page: string) => {
    const form = new FormData();
    form.append(
      "metadata",
      JSON.stringify({ entrypoint_path: "index.ts", static_patterns: ["pages/a.html"] }),
    );
    form.append("file", new File(["export {}"], "index.ts"));
    form.append("file", new File([page], "pages/a.html"));
    return await emulator.call("POST", `/projects/${ref}/functions/deploy?slug=site`, form);
  };

  const first = await deploy("one");
  const second = await deploy("two");
  const same = await deploy("two");

  expect(second.json).toMatchObject({ version: 2, created_at: first.json.created_at, name: "site" });
  expect(Number.isInteger(second.json.updated_at)).toBe(true);
  expect(second.json.ezbr_sha256).not.toBe(first.json.ezbr_sha256);
  expect(same.json).toMatchObject({ version: 3, ezbr_sha256: second.json.ezbr_sha256 });
  expect(Object.keys((await recordOf(emulator, ref)).functions.site.files)).toEqual([
    "index.ts",
    "pages/a.html",
  ]);
});

test.each([
  ["medium", ["ci_medium"]],
  ["nano", []],
])("a project of size %s has the add-ons %j", async (size, expected) => {
  const ref = await emulator.project({ desired_instance_size: size });

  const { json } = await emulator.call("GET", `/projects/${ref}/billing/addons`);

  expect(json.selected_addons.map((addon: { variant: { id: string } }) => addon.variant.id)).toEqual(
    expected,
  );
});

test.each([undefined, "Bearer wrong", `sbp_0000000000000000000000000000000000000001`])(
  "%s grants no access",
  async (authorization) => {
    const response = await emulator.app.request("/v1/projects", {
      headers: authorization === undefined ? {} : { Authorization: authorization },
    });

    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ message: "Unauthorized" });
  },
);

test("the token grants access", async () => {
  expect((await emulator.call("GET", "/projects")).status).toBe(200);
});

test("further requests to an endpoint within a minute are refused with 429", async () => {
  const limited = await testEmulator({ requestsPerMinute: 2 });

  const answers = [];
  for (let count = 0; count < 3; count++) answers.push(await limited.call("GET", "/projects"));
  const elsewhere = await limited.call("POST", "/projects", newProjectBody);
  limited.remove();

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(answers.map(({ headers }) => headers.get("x-ratelimit-remaining"))).toEqual(["1", "0", "0"]);
  expect(answers[2]?.headers.get("x-ratelimit-limit")).toBe("2");
  expect(Number(answers[2]?.headers.get("x-ratelimit-reset"))).toBeGreaterThan(0);
  expect(answers[2]?.headers.get("retry-after")).toBeNull();
  expect(elsewhere.status).toBe(201);
});

test("an injected fault is returned the given number of times", async () => {
  const ref = await emulator.project();
  emulator.faults.push({ method: "GET", path: /\/health$/, status: 503, times: 1 });

  const first = await emulator.call("GET", `/projects/${ref}/health?services=db`);
  const second = await emulator.call("GET", `/projects/${ref}/health?services=db`);

  expect([first.status, second.status]).toEqual([503, 200]);
});

async function recordOf(from: TestEmulator, ref: string) {
  const { readFileSync } = await import("node:fs");
  return JSON.parse(readFileSync(`${from.stateDirectory}/projects/${ref}/project.json`, "utf8"));
}
