import type { JsonValue } from "../../../foundation/json";

/** A change in a project outside of the stack, with the Management API calls of the dashboard and the CLI. */
export interface ProjectChange {
  readonly name: string;
  /**
   * Calls below the project's path: method, path and body. The last one is the change, the others prepare it. `$id` in a path is
   * the id from the previous response. A path that begins with `/v2/` is below the project's path in version 2.
   */
  readonly calls: readonly (readonly [method: string, path: string, body?: JsonValue])[];
  /** Number of calls before the baseline is recorded. Default: none. */
  readonly before?: number;
  readonly reports: Readonly<Record<string, string>>;
}

export const auth = (body: Readonly<Record<string, JsonValue>>) => ["PATCH", "/config/auth", body] as const;
export const postgres = (body: Readonly<Record<string, JsonValue>>) =>
  ["PUT", "/config/database/postgres", body] as const;
export const storage = (features: Readonly<Record<string, JsonValue>>) =>
  ["PATCH", "/config/storage", { features }] as const;
