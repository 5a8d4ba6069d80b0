import { actions } from "./actions.ts";
import { callerOf } from "./caller.ts";
import { type DataApi, DataApiError } from "./dataApi.ts";

export interface HandlerOptions {
  /** The Data API in the name of the caller. */
  readonly dataApi: (accessToken: string) => DataApi;
  /** Origins whose pages may call, as `scheme://host[:port]`. Requests without an origin do not come from a page and pass. */
  readonly allowedOrigins: readonly string[];
  readonly log: (message: string, details: Readonly<Record<string, string | number>>) => void;
}

/** A refused request, with a message for the caller. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly more: { readonly headers?: Readonly<Record<string, string>>; readonly body?: object } = {},
  ) {
    super(message);
  }
}

const largestBodyBytes = 100_000;

/** Answers `POST {"action": …, "data": {…}}`. */
export function createHandler(options: HandlerOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const origin = request.headers.get("origin");
    const isAllowed = origin === null || options.allowedOrigins.includes(origin);
    const headers = { vary: "origin", ...(origin !== null && isAllowed && corsHeaders(origin)) };
    try {
      if (!isAllowed) throw new Refusal(403, "This origin may not call the function.");
      if (request.method === "OPTIONS") return new Response(null, { status: 204, headers });
      const { status, body } = await answer(request, options);
      return Response.json(body, { status, headers });
    } catch (error) {
      const refusal = error instanceof Refusal ? error : refusalOf(error, options.log);
      const body = { error: refusal.message, ...refusal.more.body };
      return Response.json(body, {
        status: refusal.status,
        headers: { ...headers, ...refusal.more.headers },
      });
    }
  };
}

function corsHeaders(origin: string): Record<string, string> {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "authorization, apikey, content-type, x-client-info",
    "access-control-max-age": "3600",
  };
}

async function answer(request: Request, options: HandlerOptions): Promise<{ status: number; body: object }> {
  if (request.method !== "POST") {
    throw new Refusal(405, "Only POST is supported.", { headers: { allow: "POST, OPTIONS" } });
  }
  const caller = callerOf(request);
  if (caller === undefined) {
    throw new Refusal(401, "Sign in first.", { headers: { "www-authenticate": "Bearer" } });
  }
  if (caller.tenantId === undefined) throw new Refusal(403, "You are not a member of a tenant.");

  const { action: name, data } = await readBody(request);
  const action = typeof name === "string" ? actions.get(name) : undefined;
  if (action === undefined) {
    throw new Refusal(
      400,
      `The action is not known; the known actions are ${[...actions.keys()].join(", ")}.`,
    );
  }
  const prepared = action(data);
  if ("issues" in prepared) {
    throw new Refusal(422, "The data is not valid.", { body: { faults: prepared.issues } });
  }
  const { status, row } = await prepared.run(options.dataApi(caller.accessToken), caller.tenantId);
  if (row === undefined) throw new Refusal(404, "The row does not exist.");
  return { status, body: { data: row } };
}

async function readBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new Refusal(415, "The body must be application/json.");
  }
  const text = await readText(request);
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return body as Record<string, unknown>;
  } catch {
    // Reported below, like JSON that is not an object.
  }
  throw new Refusal(400, 'The body must be a JSON object: {"action": …, "data": {…}}.');
}

/** Stops reading when the body gets too large, regardless of its Content-Length. */
async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > largestBodyBytes) {
      throw new Refusal(413, `The body must have at most ${largestBodyBytes} bytes.`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Returns the refusal for a failure. It does not reveal whether a row exists in another tenant. */
function refusalOf(error: unknown, log: HandlerOptions["log"]): Refusal {
  if (error instanceof DataApiError) {
    log("The Data API refused a request.", { status: error.status, code: error.code, reason: error.message });
    if (error.status === 401) {
      return new Refusal(401, "The token is no longer valid; sign in again.", {
        headers: { "www-authenticate": "Bearer" },
      });
    }
    if (error.code === "42501") return new Refusal(403, "You lack the permission for this action.");
    // Foreign key, check, domain or not null: invalid data. Unique: a conflict.
    if (error.code === "23503") return new Refusal(422, "The data refers to a row that does not exist.");
    if (/^(23502|23514|22)/.test(error.code)) return new Refusal(422, "The data is not valid.");
    if (error.code === "23505") return new Refusal(409, "The row already exists.");
    return new Refusal(502, "The database is not available.");
  }
  const isTimeout = error instanceof Error && error.name === "TimeoutError";
  log("A request failed.", {
    reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  return isTimeout
    ? new Refusal(504, "The database did not respond in time.")
    : new Refusal(500, "Something went wrong.");
}
