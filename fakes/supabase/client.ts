import { isJsonObject, type JsonObject, type JsonValue } from "../../foundation/json";
import { defaultEndpoint, ManagementApi } from "../../foundation/managementApi";
import { UserError } from "../../foundation/userError";
import type { CallContext } from "../../plugins/provider-host/provider";
import type { Property } from "../engine/table";
import { goDurationSeconds, type WaitOptions } from "./polling";

/** The provider's configuration. Both values may come from the environment. */
export const config: Record<string, Property> = {
  accessToken: { type: "string", secret: true },
  endpoint: { type: "string" },
};

export function connect(values: JsonObject, environment: NodeJS.ProcessEnv = process.env): ManagementApi {
  const accessToken = String(values.accessToken ?? environment.SUPABASE_ACCESS_TOKEN ?? "").trim();
  if (accessToken === "") {
    throw new UserError(
      "The Supabase provider has no access token: run `pulumi config set --secret supabase:accessToken`, or set SUPABASE_ACCESS_TOKEN.",
    );
  }
  const endpoint = String(values.endpoint ?? environment.SUPABASE_API_ENDPOINT ?? defaultEndpoint);
  return new ManagementApi({ endpoint, accessToken, client: "TFProvider/1.10.1" });
}

/** Returns the response as an object. The caller must check its fields. */
export function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function asObjects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export interface Timeouts {
  create?: string;
  update?: string;
}

export const timeouts: Property = {
  type: "map",
  check(value) {
    for (const [key, duration] of Object.entries(asObject(value))) {
      if (typeof duration !== "string" || goDurationSeconds(duration) === undefined) {
        return `has no duration such as "10m" under ${key}`;
      }
    }
    return undefined;
  },
};

export function waitOptions(
  { signal }: CallContext,
  given: Timeouts | undefined,
  operation: "create" | "update",
): WaitOptions {
  const text = given?.[operation];
  const timeoutSeconds = text === undefined ? undefined : goDurationSeconds(text);
  return { signal, ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
}
