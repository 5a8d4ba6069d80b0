import { setTimeout as sleep } from "node:timers/promises";
import type { JsonValue } from "./json";
import { UserError } from "./userError";

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** The decoded body; undefined unless the answer says that it is JSON and it is. */
  readonly json: JsonValue | undefined;
}

export interface ApiRequest {
  readonly body?: JsonValue;
  readonly form?: FormData;
  readonly signal?: AbortSignal;
}

export interface ManagementApiOptions {
  /** Base URL without `/v1`; a path and a trailing slash are allowed. Default `https://api.supabase.com`. */
  readonly endpoint?: string;
  readonly accessToken: string;
  /** Sent as User-Agent. */
  readonly client: string;
  /** Milliseconds that one attempt may take. Default 30 s for a read, 120 s for a write, which may start a database. */
  readonly patience?: { readonly read: number; readonly write: number };
  /** Waits so many milliseconds before another attempt; tests wait not at all. */
  readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export const defaultEndpoint = "https://api.supabase.com";

const worthRetrying: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const attempts = 4;
const longestWait = 10_000;
const defaultPatience = { read: 30_000, write: 120_000 };

/**
 * A client of Supabase's Management API. Reads are tried up to four times; a write is sent once, because one that
 * failed may have been done all the same. An attempt ends after a time, whether the service is silent from the start or
 * in the middle of its answer.
 */
export class ManagementApi {
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #patience: { readonly read: number; readonly write: number };
  readonly #wait: NonNullable<ManagementApiOptions["wait"]>;

  constructor(options: ManagementApiOptions) {
    this.#base = `${(options.endpoint ?? defaultEndpoint).replace(/\/+$/, "")}/v1`;
    this.#headers = { Authorization: `Bearer ${options.accessToken.trim()}`, "User-Agent": options.client };
    this.#patience = options.patience ?? defaultPatience;
    this.#wait =
      options.wait ?? (async (milliseconds, signal) => await sleep(milliseconds, undefined, { signal }));
  }

  /** Returns the response, also one with an error status. Throws a UserError when there is none. */
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
        if (request.signal?.aborted || last) throw unreachable(`${this.#base}${path}`, error, patience);
      }
      await this.#wait(
        Math.min(pause ?? (0.5 + Math.random()) * 1000 * attempt, longestWait),
        request.signal,
      );
    }
  }

  /** The decoded answer to a call that must end with this status; says what it was about where it does not. */
  async expect(
    status: number,
    doing: string,
    method: string,
    path: string,
    request?: ApiRequest,
  ): Promise<JsonValue | undefined> {
    const answer = await this.call(method, path, request);
    if (answer.status !== status) throw unexpected(doing, answer);
    return answer.json;
  }

  /**
   * The decoded answer to a call that must end with this status and a JSON body. A proxy that answers 200 with a page of its
   * own is an error here, not an empty answer.
   */
  async expectJson(
    status: number,
    doing: string,
    method: string,
    path: string,
    request?: ApiRequest,
  ): Promise<JsonValue> {
    return jsonOf(await this.call(method, path, request), status, doing);
  }

  async #send(method: string, path: string, { body, form, signal }: ApiRequest): Promise<Response> {
    return await fetch(`${this.#base}${path}`, {
      method,
      headers: { ...this.#headers, ...(body !== undefined && { "Content-Type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(form !== undefined && { body: form }),
      ...(signal !== undefined && { signal }),
    });
  }
}

/** The body of an answer that must have this status and JSON. Throws a UserError where it has not. */
export function jsonOf(answer: ApiAnswer, status: number, doing: string): JsonValue {
  if (answer.status !== status || answer.json === undefined) throw unexpected(doing, answer);
  return answer.json;
}

/** Characters of a body that an error repeats: a page of a proxy can be long. */
const longestBody = 1000;

/** The error for an answer that the caller can do nothing with. */
export function unexpected(doing: string, { status, text, json }: ApiAnswer): UserError {
  const body = text.length > longestBody ? `${text.slice(0, longestBody)}…` : text;
  const noJson = status < 300 && json === undefined;
  const what = text === "" ? "an empty body" : body;
  const hint = status === 401 ? " (is the access token right?)" : noJson ? " (which is not JSON)" : "";
  return new UserError(`Unable to ${doing}, got status ${status}: ${noJson ? what : body}${hint}`);
}

function unreachable(url: string, error: unknown, patience: number): Error {
  if (error instanceof Error && error.name === "AbortError") return error;
  if (error instanceof Error && error.name === "TimeoutError") {
    return new UserError(
      `The Management API at ${new URL(url).origin} did not answer within ${patience / 1000} s: see its status page and what is between it and this machine, then try again.`,
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

/** Milliseconds that the service asks to wait, which only two of the statuses may. */
function retryAfter(response: Response): number | undefined {
  if (response.status !== 429 && response.status !== 503) return undefined;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
