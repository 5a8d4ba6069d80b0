import { expect } from "vitest";
import { rfc3339 } from "../support";
import type { Step } from "./step";

/** Returns the calls during the life of the secrets of edge functions. */
export function functionSecrets(): readonly Step[] {
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
