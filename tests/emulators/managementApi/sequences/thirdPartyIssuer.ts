import { expect } from "vitest";
import { uuid } from "../support";
import { type Step, waitProject } from "./step";

/** Returns the calls during the life of a third-party issuer of tokens. */
export function thirdPartyIssuer(): readonly Step[] {
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
