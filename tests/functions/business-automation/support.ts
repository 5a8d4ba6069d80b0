import { type DataApi, DataApiError, type Table } from "../../../functions/business-automation/dataApi.ts";
import { createHandler } from "../../../functions/business-automation/handler.ts";

export const tenantId = "11111111-1111-4111-8111-111111111111";
export const allowedOrigin = "https://app.thorbis.com";

/** Returns an access token like those of Auth, with a signature that is not checked here. */
export function token(claims: Record<string, unknown> = { tenant_id: tenantId }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256" })}.${part({ sub: "someone", name: "Zoë ÿ>?", ...claims })}.c2lnbmF0dXJl`;
}

type Row = Readonly<Record<string, unknown>>;

export interface Call {
  readonly accessToken: string;
  readonly verb: "insert" | "update";
  readonly table: Table;
  readonly key?: Readonly<Record<string, string>>;
  readonly values: object;
}

/** Returns a handler with a Data API that records its requests, and returns a row, none (null) or a refusal. */
export function handlerOn(answer: Row | null | Error = { id: "row" }) {
  const calls: Call[] = [];
  const logged: { message: string; details: object }[] = [];
  const dataApi = (accessToken: string): DataApi => ({
    async insert(table, values) {
      calls.push({ accessToken, verb: "insert", table, values });
      if (answer instanceof Error) throw answer;
      return (answer ?? {}) as never;
    },
    async update(table, key, values) {
      calls.push({ accessToken, verb: "update", table, key, values });
      if (answer instanceof Error) throw answer;
      return (answer ?? undefined) as never;
    },
  });
  const handle = createHandler({
    dataApi,
    allowedOrigins: [allowedOrigin, "http://localhost:3000"],
    log: (message, details) => logged.push({ message, details }),
  });
  return { calls, logged, handle };
}

export const refusal = (status: number, code: string) =>
  new DataApiError(status, code, `canary: tenant ${tenantId}`);

interface RequestParts {
  readonly method?: string;
  readonly headers?: Record<string, string | undefined>;
  /** Sent unchanged. */
  readonly text?: string;
}

/** Returns a valid request with the given changes; an undefined header is omitted. */
export function request(body: unknown, { method = "POST", headers = {}, text }: RequestParts = {}): Request {
  const given = { authorization: `Bearer ${token()}`, "content-type": "application/json", ...headers };
  const sent = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new Request("https://ref.supabase.co/functions/v1/business-automation", {
    method,
    headers: sent,
    ...(method === "POST" && { body: text ?? JSON.stringify(body) }),
  });
}

export const workOrder = {
  customer_id: "22222222-2222-4222-8222-222222222222",
  service_type: "Boiler service",
};
export const createWorkOrder = { action: "create_work_order", data: workOrder };
