import { expect } from "vitest";
import { rfc3339, uuid } from "../support";
import type { Step } from "./step";

/** Returns the calls during the life of a branch. */
export function branch(): readonly Step[] {
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
