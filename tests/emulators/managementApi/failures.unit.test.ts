import { afterAll, beforeAll, expect, test } from "vitest";
import { newProjectBody, type TestEmulator, testEmulator } from "./support";

let emulator: TestEmulator;
let ref: string;

beforeAll(async () => {
  emulator = await testEmulator({ organizations: ["acme"] });
  ref = await emulator.project();
});
afterAll(() => emulator.remove());

const missing = "00000000-0000-4000-8000-000000000000";

/** One refusal per endpoint: the call, its body, the status, and a pattern of the message. */
const refusals: [call: string, body: unknown, status: number, message: RegExp][] = [
  ["POST /projects", { ...newProjectBody, postgres_version: "17" }, 400, /postgres_version/],
  ["POST /projects", { ...newProjectBody, db_pass: undefined }, 400, /db_pass/],
  ["POST /projects", { ...newProjectBody, db_pass: "abc" }, 400, /db_pass/],
  ["POST /projects", { ...newProjectBody, name: "" }, 400, /name/],
  ["POST /projects", { ...newProjectBody, name: "x".repeat(257) }, 400, /name/],
  ["POST /projects", { ...newProjectBody, region: "eu-west-1" }, 400, /Exactly one of region/],
  [
    "POST /projects",
    { ...newProjectBody, region_selection: { type: "specific", code: "mars-1" } },
    400,
    /code/,
  ],
  ["POST /projects", { ...newProjectBody, organization_slug: "nobody" }, 404, /Organization not found/],
  ["GET /projects/aaaaaaaaaaaaaaaaaaaa", undefined, 404, /Project not found/],
  ["PATCH /projects/{ref}", { region: "eu-west-1" }, 400, /region/],
  ["DELETE /projects/aaaaaaaaaaaaaaaaaaaa", undefined, 404, /Project not found/],
  ["POST /projects/{ref}/restore", undefined, 400, /ACTIVE_HEALTHY/],
  ["POST /projects/aaaaaaaaaaaaaaaaaaaa/pause", undefined, 404, /Project not found/],
  ["PATCH /projects/{ref}/database/password", { password: "abc" }, 400, /password/],
  ["PUT /projects/{ref}/api-keys/legacy?enabled=maybe", undefined, 400, /true/],
  ["GET /projects/aaaaaaaaaaaaaaaaaaaa/api-keys/legacy", undefined, 404, /Project not found/],
  [
    "PATCH /projects/{ref}/billing/addons",
    { addon_type: "compute_instance", addon_variant: "ci_nano" },
    400,
    /variant/,
  ],
  ["DELETE /projects/{ref}/billing/addons/pitr_7", undefined, 404, /add-on/],
  ["GET /projects/aaaaaaaaaaaaaaaaaaaa/billing/addons", undefined, 404, /Project not found/],
  ["GET /projects/{ref}/health", undefined, 400, /at least one service/],
  ["GET /projects/{ref}/health?services=mail", undefined, 400, /Invalid option/],
  ["PATCH /projects/{ref}/postgrest", { max_rows: 1_000_001 }, 400, /max_rows/],
  ["PATCH /projects/{ref}/config/auth", { sign_up: false }, 400, /sign_up/],
  ["PATCH /projects/{ref}/config/auth", { jwt_exp: "3600" }, 400, /jwt_exp/],
  ["PATCH /projects/{ref}/config/auth", { jwt_exp: 604_801 }, 400, /jwt_exp/],
  ["PATCH /projects/{ref}/config/auth", { site_url: "https://a.example,https://b.example" }, 400, /comma/],
  ["PATCH /projects/{ref}/config/auth", { smtp_admin_email: "nobody" }, 400, /smtp_admin_email/],
  ["PATCH /projects/{ref}/config/auth", { custom_oauth_max_providers: 4 }, 400, /custom_oauth_max_providers/],
  ["PUT /projects/{ref}/config/database/postgres", { log_statement: "all" }, 400, /log_statement/],
  ["PUT /projects/{ref}/config/database/postgres", { max_connections: 0 }, 400, /max_connections/],
  ["PUT /projects/{ref}/config/database/postgres", { statement_timeout: "10 s" }, 400, /without a blank/],
  ["PUT /projects/{ref}/config/database/postgres", { checkpoint_timeout: "5min " }, 400, /without a blank/],
  ["PUT /projects/{ref}/config/database/postgres", { wal_sender_timeout: " 1h" }, 400, /without a blank/],
  ["PATCH /projects/{ref}/config/auth", { sms_test_otp: "+4915=1" }, 400, /phone number/],
  ["PATCH /projects/{ref}/config/auth", { sessions_tags: "a b" }, 400, /separated by commas/],
  ["PATCH /projects/{ref}/config/auth", { saml_external_url: "https://a,b" }, 400, /comma/],
  ["PATCH /projects/{ref}/config/auth", { smtp_admin_email: "" }, 400, /smtp_admin_email/],
  ["PATCH /projects/{ref}/config/auth", { mailer_otp_exp: 2_147_483_648 }, 400, /mailer_otp_exp/],
  [
    "PATCH /projects/{ref}/postgrest",
    { db_pool_acquisition_timeout: 61 },
    400,
    /db_pool_acquisition_timeout/,
  ],
  ["POST /projects", { ...newProjectBody, desired_instance_size: "pico" }, 400, /desired_instance_size/],
  [
    "PATCH /projects/{ref}/billing/addons",
    { addon_type: "compute_instance", addon_variant: "ci_pico" },
    400,
    /./,
  ],
  [
    "PATCH /projects/{ref}/config/storage",
    { features: { icebergCatalog: { enabled: true } } },
    400,
    /maxCatalogs/,
  ],
  ["PATCH /projects/{ref}/config/storage", { file_size_limit: 1 }, 400, /file_size_limit/],
  ["PATCH /projects/{ref}/config/realtime", { max_concurrent_users: 0 }, 400, /max_concurrent_users/],
  ["PATCH /projects/{ref}/config/database/pooler", { default_pool_size: 3001 }, 400, /default_pool_size/],
  ["PATCH /projects/{ref}/config/database/pooler", { max_client_conn: 100 }, 400, /max_client_conn/],
  ["POST /projects/{ref}/network-restrictions/apply", { dbAllowedCidrs: ["203.0.113.1"] }, 400, /CIDR/],
  ["POST /projects/{ref}/network-restrictions/apply", { dbAllowedCidrs: ["10.0.0.0/8"] }, 400, /private/],
  ["POST /projects/{ref}/network-restrictions/apply", { dbAllowedCidrsV6: ["fd00::/8"] }, 400, /private/],
  ["POST /projects/{ref}/network-restrictions/apply", { dbAllowedCidrsV6: ["203.0.113.0/24"] }, 400, /IPv6/],
  ["PUT /projects/{ref}/ssl-enforcement", { database: true }, 400, /requestedConfig/],
  ["DELETE /projects/{ref}/network-bans", { ipv4_addresses: ["nowhere"] }, 400, /ipv4_addresses/],
  ["GET /projects/{ref}/branches", undefined, 422, /not enabled/],
  [`GET /branches/${missing}`, undefined, 404, /Branch not found/],
  [`PATCH /branches/${missing}`, { persistent: true }, 404, /Branch not found/],
  [`DELETE /branches/${missing}`, undefined, 404, /Branch not found/],
  ["POST /projects/{ref}/api-keys", { type: "secret", name: "A-1" }, 400, /name/],
  ["POST /projects/{ref}/api-keys", { type: "legacy", name: "anon" }, 400, /type/],
  ["POST /projects/{ref}/api-keys", { type: "publishable", name: "default" }, 409, /already exists/],
  [`GET /projects/{ref}/api-keys/${missing}`, undefined, 404, /API key not found/],
  ["GET /projects/{ref}/api-keys/not-a-uuid", undefined, 400, /UUID/i],
  [`PATCH /projects/{ref}/api-keys/${missing}`, { name: "other" }, 404, /API key not found/],
  [`DELETE /projects/{ref}/api-keys/${missing}`, undefined, 404, /API key not found/],
  ["POST /projects/{ref}/functions/deploy?slug=x", { entrypoint_path: "x" }, 400, /multipart/],
  ["GET /projects/{ref}/functions/missing", undefined, 404, /Function not found/],
  ["GET /projects/{ref}/functions/missing/body", undefined, 404, /Function not found/],
  ["DELETE /projects/{ref}/functions/missing", undefined, 404, /Function not found/],
  ["POST /projects/{ref}/secrets", [{ name: "SUPABASE_URL", value: "x" }], 400, /SUPABASE_/],
  ["POST /projects/{ref}/secrets", [{ name: "BIG", value: "x".repeat(24_577) }], 400, /value/],
  ["DELETE /projects/{ref}/secrets", { names: ["A"] }, 400, /array/],
  ["GET /projects/aaaaaaaaaaaaaaaaaaaa/secrets", undefined, 404, /Project not found/],
  ["POST /projects/{ref}/config/auth/third-party-auth", {}, 400, /Exactly one/],
  [
    "POST /projects/{ref}/config/auth/third-party-auth",
    { custom_jwks: { keys: [{ kty: "RSA", n: "x", e: "y", d: "z" }] } },
    400,
    /public keys only/,
  ],
  [`GET /projects/{ref}/config/auth/third-party-auth/${missing}`, undefined, 404, /not found/],
  [`DELETE /projects/{ref}/config/auth/third-party-auth/${missing}`, undefined, 404, /not found/],
  ["POST /projects/{ref}/database/query", { sql: "select 1" }, 400, /query/],
  ["POST /projects/{ref}/database/backups/restore-point", { name: "before" }, 400, /point-in-time/],
  ["GET /projects/{ref}/database/backups/restore-point", undefined, 404, /Restore point not found/],
  ["POST /projects/{ref}/database/backups/undo", { name: "before" }, 501, /restore a backup/],
  [
    "POST /projects/{ref}/database/backups/restore-pitr",
    { recovery_time_target_unix: 0 },
    501,
    /restore a backup/,
  ],
  ["GET /projects/{ref}/nothing", undefined, 404, /Cannot GET/],
  ["PUT /projects/{ref}/jit-access", { state: "on" }, 400, /state/],
  ["PUT /projects/{ref}/database/jit", { user_id: "somebody", roles: [] }, 400, /user_id/],
  [`DELETE /projects/{ref}/database/jit/${missing}`, undefined, 404, /no temporary access/],
  ["POST /projects/{ref}/config/auth/signing-keys", {}, 400, /algorithm/],
  [`PATCH /projects/{ref}/config/auth/signing-keys/${missing}`, { status: "revoked" }, 404, /not found/],
  ["POST /projects/{ref}/upgrade", { target_version: "17" }, 501, /use a hosted project/],
];

test.each(refusals)("%s %j is refused", async (call, body, status, message) => {
  const [method = "", path = ""] = call.split(" ");

  const answer = await emulator.call(method, path.replace("{ref}", ref), body);

  expect(answer.status).toBe(status);
  expect(answer.contentType).toBe("application/json");
  expect(Object.keys(answer.json)).toEqual(["message"]);
  expect(answer.json.message).toMatch(message);
});

test("a function whose entry point was not uploaded is refused", async () => {
  const form = new FormData();
  form.append("metadata", JSON.stringify({ entrypoint_path: "index.ts" }));
  form.append("file", new File(["export {}"], "other.ts"));

  const answer = await emulator.call("POST", `/projects/${ref}/functions/deploy?slug=x`, form);

  expect(answer.status).toBe(400);
  expect(answer.json.message).toMatch(
    /^Failed to bundle the function \(reason: Module not found "file:\/\/\/tmp\/user_fn_[^"]*\/source\/index\.ts"\.\)$/,
  );
});

test("a body that is not JSON is refused without repeating its content", async () => {
  const response = await emulator.app.request("/v1/projects", {
    method: "POST",
    headers: { Authorization: "Bearer sbp_0000000000000000000000000000000000000001" },
    body: "canary{",
  });

  expect(response.status).toBe(400);
  expect(await response.text()).toBe('{"message":"The request body is not valid JSON"}');
});

test("no refusal repeats a received value", async () => {
  const answer = await emulator.call("POST", "/projects", {
    ...newProjectBody,
    db_pass: ["canary-password"],
    region_selection: { type: "specific", code: "canary-region" },
  });

  expect(answer.status).toBe(400);
  expect(answer.text).not.toContain("canary");
});
