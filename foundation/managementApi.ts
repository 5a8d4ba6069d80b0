import { setTimeout as sleep } from "node:timers/promises";
import type { JsonValue } from "./json";
import { UserError } from "./userError";

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** The decoded body. Undefined unless the response is declared as JSON and valid. */
  readonly json: JsonValue | undefined;
}

export interface ApiRequest {
  readonly body?: JsonValue;
  readonly form?: FormData;
  readonly signal?: AbortSignal;
  /** The version of the API to which the path belongs. Default 1. */
  readonly version?: 1 | 2;
}

/** A request whose response must have this status. */
export interface ExpectedRequest extends ApiRequest {
  readonly status: number;
  /** What the call does, for the error message: "read project". */
  readonly doing: string;
}

export interface ManagementApiOptions {
  /** Base URL without `/v1`; a path and a trailing slash are allowed. Default `https://api.supabase.com`. */
  readonly endpoint?: string | undefined;
  readonly accessToken: string;
  /** Sent as User-Agent. */
  readonly client: string;
  /** Time limit of an attempt, in milliseconds. Default 30 s for a read, 120 s for a write, which may start a database. */
  readonly patience?: { readonly read: number; readonly write: number };
  /** Waits this many milliseconds before another attempt. Tests do not wait. */
  readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export const defaultEndpoint = "https://api.supabase.com";

const worthRetrying: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const attempts = 4;
const maxWaitMilliseconds = 10_000;
const defaultPatience = { read: 30_000, write: 120_000 };

/**
 * A client of Supabase's Management API. Reads are tried up to four times. A write is sent once, because a failed one may
 * still have taken effect. The time limit of an attempt covers the whole response.
 */
export class ManagementApi {
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #patience: { readonly read: number; readonly write: number };
  readonly #wait: NonNullable<ManagementApiOptions["wait"]>;

  constructor(options: ManagementApiOptions) {
    this.#base = (options.endpoint ?? defaultEndpoint).replace(/\/+$/, "");
    this.#headers = { Authorization: `Bearer ${options.accessToken.trim()}`, "User-Agent": options.client };
    this.#patience = options.patience ?? defaultPatience;
    this.#wait =
      options.wait ?? (async (milliseconds, signal) => await sleep(milliseconds, undefined, { signal }));
  }

  /** Returns the response, even with an error status. Throws a UserError if there is none. */
  async call(method: string, path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    for (let attempt = 1; ; attempt++) {
      const last = method !== "GET" || attempt === attempts;
      const patience = method === "GET" ? this.#patience.read : this.#patience.write;
      const signals = [
        AbortSignal.timeout(patience),
        ...(request.signal === undefined ? [] : [request.signal]),
      ];
      let pause: number | undefined;
      try {
        const response = await this.#send(method, path, { ...request, signal: AbortSignal.any(signals) });
        if (last || !worthRetrying.has(response.status)) return await decode(response);
        pause = retryAfter(response);
        await response.body?.cancel();
      } catch (error) {
        if (request.signal?.aborted || last) throw unreachable(this.#url(path, request), error, patience);
      }
      await this.#wait(
        Math.min(pause ?? (0.5 + Math.random()) * 1000 * attempt, maxWaitMilliseconds),
        request.signal,
      );
    }
  }

  /** Makes a call that must return this status, and returns the decoded body. The error names the operation. */
  async expect(method: string, path: string, request: ExpectedRequest): Promise<JsonValue | undefined> {
    const answer = await this.call(method, path, request);
    if (answer.status !== request.status) throw unexpected(request.doing, answer);
    return answer.json;
  }

  /**
   * Makes a call that must return this status and a JSON body, and returns the body. A proxy's own page with status 200 is an
   * error, not an empty response.
   */
  async expectJson(method: string, path: string, request: ExpectedRequest): Promise<JsonValue> {
    return jsonOf(await this.call(method, path, request), request.status, request.doing);
  }

  #url(path: string, { version = 1 }: ApiRequest): string {
    return `${this.#base}/v${version}${path}`;
  }

  async #send(method: string, path: string, request: ApiRequest): Promise<Response> {
    const { body, form, signal } = request;
    return await fetch(this.#url(path, request), {
      method,
      headers: { ...this.#headers, ...(body !== undefined && { "Content-Type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(form !== undefined && { body: form }),
      ...(signal !== undefined && { signal }),
    });
  }
}

/** Returns the body of a response that must have this status and JSON. Throws a UserError otherwise. */
export function jsonOf(answer: ApiAnswer, status: number, doing: string): JsonValue {
  if (answer.status !== status || answer.json === undefined) throw unexpected(doing, answer);
  return answer.json;
}

/** Maximum characters of a body in an error, because a proxy's page can be long. */
const maxBodyLength = 1000;

/** Returns the error for an unexpected response. */
export function unexpected(doing: string, { status, text, json }: ApiAnswer): UserError {
  const body = text.length > maxBodyLength ? `${text.slice(0, maxBodyLength)}…` : text;
  const noJson = status < 300 && json === undefined;
  const what = text === "" ? "an empty body" : body;
  const hint = status === 401 ? " (is the access token right?)" : noJson ? " (which is not JSON)" : "";
  return new UserError(`Unable to ${doing}, got status ${status}: ${noJson ? what : body}${hint}`);
}

function unreachable(url: string, error: unknown, patience: number): Error {
  if (error instanceof Error && error.name === "AbortError") return error;
  if (error instanceof Error && error.name === "TimeoutError") {
    return new UserError(
      `The Management API at ${new URL(url).origin} did not respond within ${patience / 1000} s: check its status page and your network, then try again.`,
      1,
      { cause: error },
    );
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new UserError(`The Management API at ${new URL(url).origin} cannot be reached: ${reason}`, 1, {
    cause: error,
  });
}

async function decode(response: Response): Promise<ApiAnswer> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, text, json: isJson ? parsed(text) : undefined };
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Returns the milliseconds in `Retry-After`, which only two of the statuses may have. */
function retryAfter(response: Response): number | undefined {
  if (response.status !== 429 && response.status !== 503) return undefined;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
