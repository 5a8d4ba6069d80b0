import { expect } from "vitest";
import { type Step, waitProject } from "./step";

/** Returns the calls during the life of a project. */
export function project(): readonly Step[] {
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
