import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { poolerPort, rfc3339, type TestEmulator, testEmulator, uuid } from "./support";

/**
 * The calls that terraform-provider-supabase 1.10.1 makes over the life of each of its resources, in its order and
 * with its bodies. The status is the only one with which it reads the answer; `json` says whether it decodes a body,
 * which it does of `application/json` alone.
 */
interface Step {
  readonly call: string;
  readonly body?: unknown;
  readonly status: number;
  readonly json?: boolean;
  /** What of the answer goes into the client's state. */
  readonly answer?: unknown;
  /** Names a field of the answer for the paths of later calls. */
  readonly remember?: Record<string, string>;
}

let emulator: TestEmulator;
let ref: string;

beforeEach(async () => {
  emulator = await testEmulator();
  ref = await emulator.project();
});
afterEach(() => emulator.remove());

async function play(steps: readonly Step[]): Promise<void> {
  const names: Record<string, string> = { ref };
  for (const step of steps) {
    const [method = "", path = ""] = step.call.split(" ");
    const target = path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? `missing-${name}`);
    const answer = await emulator.call(method, target, step.body);
    expect(answer.status, step.call).toBe(step.status);
    if (step.json !== false) expect(answer.contentType).toBe("application/json");
    if (step.answer !== undefined) expect(answer.json, step.call).toEqual(step.answer);
    for (const [name, field] of Object.entries(step.remember ?? {})) names[name] = answer.json[field];
    // What a call sets going, such as a restart, is over before the client's next poll.
    await emulator.lifecycle.settled();
  }
}

const allServices =
  "services=auth&services=db&services=db_postgres_user&services=pg_bouncer&services=pooler&services=realtime&services=rest&services=storage";

const waitProject: Step = {
  call: "GET /projects/{ref}",
  status: 200,
  answer: expect.objectContaining({ status: "ACTIVE_HEALTHY" }),
};
const waitServices: Step[] = [
  { call: "GET /projects/{ref}/postgrest", status: 200 },
  { call: `GET /projects/{ref}/health?${allServices}`, status: 200 },
];

describe("the client's calls over the life of", () => {
  test("a project", async () => {
    const read: Step[] = [
      {
        call: "GET /projects/{ref}",
        status: 200,
        answer: expect.objectContaining({
          organization_id: "acme",
          region: "us-east-1",
          status: "ACTIVE_HEALTHY",
        }),
      },
      { call: "GET /projects/{ref}/api-keys/legacy", status: 200, answer: { enabled: false } },
    ];
    await play([
      {
        call: "POST /projects",
        body: {
          organization_slug: "acme",
          name: "api",
          db_pass: "secret",
          region_selection: { type: "specific", code: "us-east-1" },
          desired_instance_size: "micro",
        },
        status: 201,
        answer: expect.objectContaining({ id: expect.stringMatching(/^[a-z]{20}$/), status: "COMING_UP" }),
        remember: { ref: "id" },
      },
      waitProject,
      { call: "PUT /projects/{ref}/api-keys/legacy?enabled=false", status: 200, answer: { enabled: false } },
      ...read,
      {
        call: "GET /projects/{ref}/billing/addons",
        status: 200,
        answer: expect.objectContaining({
          selected_addons: [
            { type: "compute_instance", variant: expect.objectContaining({ id: "ci_micro" }) },
          ],
        }),
      },
      {
        call: "PATCH /projects/{ref}",
        body: { name: "api-2" },
        status: 200,
        answer: { id: 2, ref: expect.stringMatching(/^[a-z]{20}$/), name: "api-2" },
      },
      { call: "PATCH /projects/{ref}/database/password", body: { password: "another" }, status: 200 },
      {
        call: "PATCH /projects/{ref}/billing/addons",
        body: { addon_type: "compute_instance", addon_variant: "ci_small" },
        status: 200,
        json: false,
      },
      waitProject,
      ...read,
      {
        call: "GET /projects/{ref}/billing/addons",
        status: 200,
        answer: expect.objectContaining({
          selected_addons: [
            { type: "compute_instance", variant: expect.objectContaining({ id: "ci_small" }) },
          ],
        }),
      },
      {
        call: "DELETE /projects/{ref}",
        status: 200,
        answer: { id: 2, ref: expect.any(String), name: "api-2" },
      },
      { call: "GET /projects/{ref}", status: 404, answer: { message: "Project not found" } },
    ]);
  });

  test("its settings", async () => {
    const sections: Step[] = [
      {
        call: "PUT /projects/{ref}/config/database/postgres",
        body: { statement_timeout: "15s", max_connections: 100 },
        status: 200,
        answer: { statement_timeout: "15s", max_connections: 100 },
      },
      {
        call: "POST /projects/{ref}/network-restrictions/apply",
        body: { dbAllowedCidrs: ["203.0.113.0/24"], dbAllowedCidrsV6: ["2001:db8::/32"] },
        status: 201,
      },
      {
        call: "PATCH /projects/{ref}/postgrest",
        body: { db_schema: "api", max_rows: 500 },
        status: 200,
        answer: {
          db_schema: "api",
          db_extra_search_path: "public, extensions",
          max_rows: 500,
          db_pool: null,
        },
      },
      {
        call: "PATCH /projects/{ref}/config/auth",
        body: { site_url: "https://app.example.com", jwt_exp: 1800 },
        status: 200,
        answer: expect.objectContaining({ site_url: "https://app.example.com", jwt_exp: 1800 }),
      },
      {
        call: "PATCH /projects/{ref}/config/storage",
        body: { fileSizeLimit: 1000, features: { imageTransformation: { enabled: true } } },
        status: 200,
        json: false,
      },
      {
        call: "GET /projects/{ref}/config/storage",
        status: 200,
        answer: expect.objectContaining({ fileSizeLimit: 1000 }),
      },
      {
        call: "PUT /projects/{ref}/ssl-enforcement",
        body: { requestedConfig: { database: true } },
        status: 200,
        answer: { currentConfig: { database: false }, appliedSuccessfully: false },
      },
    ];
    const reads: Step[] = [
      { call: "GET /projects/{ref}/config/database/postgres", status: 200 },
      { call: "GET /projects/{ref}/network-restrictions", status: 200 },
      { call: "GET /projects/{ref}/postgrest", status: 200 },
      { call: "GET /projects/{ref}/config/auth", status: 200 },
      { call: "GET /projects/{ref}/config/storage", status: 200 },
      { call: "GET /projects/{ref}/ssl-enforcement", status: 200 },
    ];
    await play([waitProject, ...waitServices, ...sections, ...reads]);
  });

  test("a branch", async () => {
    await play([
      { call: "GET /projects/{ref}/branches", status: 422 },
      {
        call: "POST /projects/{ref}/branches",
        body: { branch_name: "Production", is_default: true },
        status: 201,
        answer: expect.objectContaining({ is_default: true }),
      },
      {
        call: "POST /projects/{ref}/branches",
        body: { branch_name: "feature", git_branch: "feature", persistent: true },
        status: 201,
        answer: expect.objectContaining({ id: expect.stringMatching(uuid), persistent: true }),
        remember: { id: "id" },
      },
      {
        call: "GET /branches/{id}",
        status: 200,
        answer: expect.objectContaining({ db_port: expect.any(Number), db_user: "postgres" }),
        remember: { branchRef: "ref" },
      },
      { call: "GET /projects/{ref}/branches", status: 200 },
      // The settings of a branch: the project endpoint does not know it, the branches endpoint does.
      { call: "GET /projects/{branchRef}", status: 404 },
      {
        call: "GET /branches/{branchRef}",
        status: 200,
        answer: expect.objectContaining({ status: "ACTIVE_HEALTHY" }),
      },
      { call: "GET /projects/{branchRef}/config/auth", status: 200 },
      {
        call: "PATCH /branches/{id}",
        body: { branch_name: "feature-2", git_branch: "feature-2", persistent: true },
        status: 200,
        answer: expect.objectContaining({
          git_branch: "feature-2",
          created_at: expect.stringMatching(rfc3339),
        }),
      },
      { call: "DELETE /branches/{id}", status: 422 },
      {
        call: "PATCH /branches/{id}",
        body: { branch_name: "feature-2", git_branch: "feature-2", persistent: false },
        status: 200,
      },
      { call: "DELETE /branches/{id}", status: 200, answer: { message: "ok" } },
      { call: "GET /branches/{id}", status: 404 },
    ]);
  });

  test("an API key", async () => {
    const key = {
      name: "backend",
      type: "secret",
      api_key: expect.stringMatching(/^sb_secret_/),
      secret_jwt_template: { role: "service_role" },
      description: null,
    };
    await play([
      { call: "GET /projects/{ref}/api-keys?reveal=true", status: 200 },
      {
        call: "POST /projects/{ref}/api-keys?reveal=true",
        body: { name: "backend", type: "secret", secret_jwt_template: { role: "service_role" } },
        status: 201,
        answer: expect.objectContaining({ ...key, id: expect.stringMatching(uuid) }),
        remember: { id: "id" },
      },
      {
        call: "GET /projects/{ref}/api-keys/{id}?reveal=true",
        status: 200,
        answer: expect.objectContaining(key),
      },
      {
        call: "PATCH /projects/{ref}/api-keys/{id}?reveal=true",
        body: {
          name: "backend_2",
          description: "for the jobs",
          secret_jwt_template: { role: "service_role" },
        },
        status: 200,
        answer: expect.objectContaining({ ...key, name: "backend_2", description: "for the jobs" }),
      },
      { call: "DELETE /projects/{ref}/api-keys/{id}?reveal=true", status: 200 },
      { call: "GET /projects/{ref}/api-keys/{id}?reveal=true", status: 404 },
    ]);
  });

  test("the secrets of edge functions", async () => {
    const digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    await play([
      {
        call: "POST /projects/{ref}/secrets",
        body: [
          { name: "STRIPE_KEY", value: "secret" },
          { name: "OTHER", value: "x" },
        ],
        status: 201,
        json: false,
      },
      {
        call: "GET /projects/{ref}/secrets",
        status: 200,
        answer: [
          expect.objectContaining({ name: "OTHER" }),
          { name: "STRIPE_KEY", value: digest, updated_at: expect.stringMatching(rfc3339) },
        ],
      },
      {
        call: "POST /projects/{ref}/secrets",
        body: [{ name: "STRIPE_KEY", value: "secret" }],
        status: 201,
        json: false,
      },
      { call: "DELETE /projects/{ref}/secrets", body: ["OTHER"], status: 200, json: false },
      {
        call: "GET /projects/{ref}/secrets",
        status: 200,
        answer: [expect.objectContaining({ name: "STRIPE_KEY", value: digest })],
      },
      { call: "DELETE /projects/{ref}/secrets", body: ["STRIPE_KEY"], status: 200, json: false },
      { call: "GET /projects/{ref}/secrets", status: 200, answer: [] },
    ]);
  });

  test("an edge function", async () => {
    const deployment = (code: string) => {
      const form = new FormData();
      form.append(
        "metadata",
        JSON.stringify({ entrypoint_path: "index.ts", name: "hook", static_patterns: [] }),
      );
      form.append("file", new File([code], "index.ts"));
      return form;
    };
    const deploy = async (code: string) =>
      await emulator.call("POST", `/projects/${ref}/functions/deploy?slug=hook`, deployment(code));

    const first = await deploy("export const version = 1");
    expect(first.status).toBe(201);
    expect(first.contentType).toBe("application/json");
    expect(first.json).toMatchObject({ slug: "hook", name: "hook", version: 1, status: "ACTIVE" });
    const second = await deploy("export const version = 2");
    expect(second.json).toMatchObject({ version: 2, id: first.json.id, created_at: first.json.created_at });
    expect(second.json.ezbr_sha256).not.toBe(first.json.ezbr_sha256);
    const body = await emulator.app.request(`/v1/projects/${ref}/functions/hook/body`, {
      headers: {
        Authorization: "Bearer sbp_0000000000000000000000000000000000000001",
        Accept: "multipart/form-data",
      },
    });
    const file = (await body.formData()).get("file");
    expect(file instanceof File && [file.name, await file.text()]).toEqual([
      "index.ts",
      "export const version = 2",
    ]);
    await play([
      {
        call: "GET /projects/{ref}/functions/hook",
        status: 200,
        answer: expect.objectContaining({ version: 2, verify_jwt: true }),
      },
      { call: "DELETE /projects/{ref}/functions/hook", status: 200, json: false },
      { call: "GET /projects/{ref}/functions/hook", status: 404 },
    ]);
  });

  test("a third-party issuer", async () => {
    const issuer = { oidc_issuer_url: "https://issuer.example.com" };
    await play([
      waitProject,
      {
        call: "GET /projects/{ref}/health?services=auth",
        status: 200,
        answer: [expect.objectContaining({ name: "auth", status: "ACTIVE_HEALTHY" })],
      },
      {
        call: "POST /projects/{ref}/config/auth/third-party-auth",
        body: issuer,
        status: 201,
        answer: expect.objectContaining({ ...issuer, id: expect.stringMatching(uuid), resolved_jwks: null }),
        remember: { id: "id" },
      },
      {
        call: "GET /projects/{ref}/config/auth/third-party-auth/{id}",
        status: 200,
        answer: expect.objectContaining(issuer),
      },
      { call: "DELETE /projects/{ref}/config/auth/third-party-auth/{id}", status: 200 },
      { call: "GET /projects/{ref}/config/auth/third-party-auth/{id}", status: 404 },
    ]);
  });

  test("its data sources", async () => {
    await play([
      {
        call: "GET /projects/{ref}/api-keys?reveal=true",
        status: 200,
        answer: [
          expect.objectContaining({ name: "anon", type: "legacy" }),
          expect.objectContaining({ name: "service_role", type: "legacy" }),
          expect.objectContaining({ name: "default", type: "publishable" }),
          expect.objectContaining({ name: "default", type: "secret" }),
        ],
      },
      {
        call: "POST /projects/{ref}/network-bans/retrieve",
        status: 201,
        answer: { banned_ipv4_addresses: [] },
      },
      {
        call: "GET /projects/{ref}/config/database/pooler",
        status: 200,
        answer: [
          expect.objectContaining({
            database_type: "PRIMARY",
            pool_mode: "transaction",
            db_user: `postgres.${ref}`,
            connection_string: `postgresql://postgres.${ref}:[YOUR-PASSWORD]@127.0.0.1:${poolerPort}/postgres`,
          }),
        ],
      },
    ]);
  });
});

test("the player detects a wrong status and a wrong response", async () => {
  await expect(play([{ call: "GET /projects/{ref}", status: 201 }])).rejects.toThrow(
    "GET /projects/{ref}: expected 200 to be 201",
  );
  await expect(
    play([{ call: "GET /projects/{ref}", status: 200, answer: { nothing: "like it" } }]),
  ).rejects.toThrow("GET /projects/{ref}");
});
