import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { messageOf, UserError } from "../../foundation/userError";
import type { ManagementApiSettings } from "../environment";

const requestSeconds = 30;
const patienceSeconds = 120;

const backups = z.object({ pitr_enabled: z.boolean() });
const restorePoint = z.object({
  name: z.string(),
  status: z.enum(["AVAILABLE", "PENDING", "REMOVED", "FAILED"]),
});

export type RestorePoint =
  | { readonly made: true }
  /** The project has none, or Supabase does not create one for it. */
  | { readonly made: false; readonly reason: string };

/**
 * Creates a restore point of Supabase if the project has point-in-time recovery, and waits until it is available.
 * @throws UserError if one with this name exists.
 */
export async function makeRestorePoint(
  name: string,
  settings: ManagementApiSettings,
  signal: AbortSignal,
  { pollMilliseconds = 2_000 }: { readonly pollMilliseconds?: number | undefined } = {},
): Promise<RestorePoint> {
  const api = new BackupsApi(settings, signal);
  try {
    const { pitr_enabled } = backups.parse(await api.request("GET", ""));
    if (!pitr_enabled) return { made: false, reason: "the project has no point-in-time recovery" };
    let point = restorePoint.parse(await api.request("POST", "/restore-point", { name }));
    const deadline = performance.now() + patienceSeconds * 1000;
    while (point.status === "PENDING" && performance.now() < deadline) {
      await sleep(pollMilliseconds, undefined, { signal });
      const query = `/restore-point?name=${encodeURIComponent(name)}`;
      point = restorePoint.parse(await api.request("GET", query));
    }
    if (point.status === "AVAILABLE") return { made: true };
    return { made: false, reason: `Supabase says that its restore point is ${point.status}` };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError) throw error;
    return { made: false, reason: messageOf(error) };
  }
}

/** The Management API's answer about the backups of a project. */
class BackupsApi {
  readonly #url: string;
  readonly #accessToken: string;
  readonly #signal: AbortSignal;

  constructor({ endpoint, accessToken, projectRef }: ManagementApiSettings, signal: AbortSignal) {
    this.#url = `${endpoint.replace(/\/$/, "")}/v1/projects/${projectRef}/database/backups`;
    this.#accessToken = accessToken;
    this.#signal = signal;
  }

  async request(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.#accessToken}`,
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(requestSeconds * 1000)]),
    });
    if (response.ok) return await response.json();
    if (response.status === 409) {
      throw new UserError("No checkpoint was made: Supabase has a restore point of this name already.");
    }
    throw new Error(`Supabase answered ${response.status} to ${method} database/backups${path}`);
  }
}
