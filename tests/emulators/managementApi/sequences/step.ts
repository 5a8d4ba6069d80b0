import { expect } from "vitest";

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

/** Waits until the project is ready. */
export const waitProject: Step = {
  call: "GET /projects/{ref}",
  status: 200,
  answer: expect.objectContaining({ status: "ACTIVE_HEALTHY" }),
};
