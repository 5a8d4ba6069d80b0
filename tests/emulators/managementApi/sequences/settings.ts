import { expect } from "vitest";
import { type Step, waitProject } from "./step";

const allServices =
  "services=auth&services=db&services=db_postgres_user&services=pg_bouncer&services=pooler&services=realtime&services=rest&services=storage";

const waitServices: Step[] = [
  { call: "GET /projects/{ref}/postgrest", status: 200 },
  { call: `GET /projects/{ref}/health?${allServices}`, status: 200 },
];

/** Returns the calls during the life of a project's settings. */
export function settings(): readonly Step[] {
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
