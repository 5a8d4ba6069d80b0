import { expect } from "vitest";
import { poolerPort, rfc3339, uuid } from "./support";

/**
 * The calls of terraform-provider-supabase 1.10.1 during the life of each of its resources, in its order and with its bodies.
 * The provider only accepts this status; `json` tells whether it decodes the body, which must be `application/json`.
 */
export interface Step {
  readonly call: string;
  readonly body?: unknown;
  readonly status: number;
  readonly json?: boolean;
  /** The part of the response that the client stores in its state. */
  readonly answer?: unknown;
  /** Names a field of the response that paths of later calls use. */
  readonly remember?: Record<string, string>;
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

function project(): readonly Step[] {
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
  return [
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
        selected_addons: [{ type: "compute_instance", variant: expect.objectContaining({ id: "ci_micro" }) }],
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
        selected_addons: [{ type: "compute_instance", variant: expect.objectContaining({ id: "ci_small" }) }],
      }),
    },
    {
      call: "DELETE /projects/{ref}",
      status: 200,
      answer: { id: 2, ref: expect.any(String), name: "api-2" },
    },
    { call: "GET /projects/{ref}", status: 404, answer: { message: "Project not found" } },
  ];
}

function settings(): readonly Step[] {
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
  return [waitProject, ...waitServices, ...sections, ...reads];
}

function branch(): readonly Step[] {
  return [
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
    // The settings of a branch: only the branches endpoint returns a branch, not the project endpoint.
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
  ];
}

function apiKey(): readonly Step[] {
  const key = {
    name: "backend",
    type: "secret",
    api_key: expect.stringMatching(/^sb_secret_/),
    secret_jwt_template: { role: "service_role" },
    description: null,
  };
  return [
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
  ];
}

function functionSecrets(): readonly Step[] {
  const digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
  return [
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
  ];
}

function thirdPartyIssuer(): readonly Step[] {
  const issuer = { oidc_issuer_url: "https://issuer.example.com" };
  return [
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
  ];
}

function dataSources(ref: string): readonly Step[] {
  return [
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
  ];
}

/** The sequences by the name of their resource. Each gets the ref of the project. */
export const sequences: Readonly<Record<string, (ref: string) => readonly Step[]>> = {
  "a project": project,
  "its settings": settings,
  "a branch": branch,
  "an API key": apiKey,
  "the secrets of edge functions": functionSecrets,
  "a third-party issuer": thirdPartyIssuer,
  "its data sources": dataSources,
};
