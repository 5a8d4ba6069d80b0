import { expect } from "vitest";
import { uuid } from "../support";
import type { Step } from "./step";

/** Returns the calls during the life of an API key. */
export function apiKey(): readonly Step[] {
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
