import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { UserError } from "../../foundation/userError";
import type { GitHubContext } from "./context";

/** If the rate limit resets later than this, the job fails, because waiting costs by the minute. */
const maxWaitSeconds = 60;

export interface ClientOptions {
  /** Whether writes keep the interval that GitHub recommends, and rate limits are waited for. Default: true. */
  readonly isPaced?: boolean;
}

/**
 * Returns a client of GitHub's API. A read, and a PATCH, which has the same result when it is repeated, are retried up
 * to three times if the service fails; the call may set `request: { retries: 0 }`. Another write is sent once, because a
 * failed one may have succeeded. The client waits for rate limits up to a minute.
 */
export function gitHubClient(
  { apiUrl, token }: Pick<GitHubContext, "apiUrl" | "token">,
  { isPaced = true }: ClientOptions = {},
) {
  const waits = (seconds: number, _options: unknown, _octokit: unknown, retries: number) =>
    seconds <= maxWaitSeconds && retries < 2;
  const client = new (Octokit.plugin(paginateRest, retry, throttling))({
    auth: token,
    baseUrl: apiUrl,
    userAgent: "thorbis-ops",
    // `sayingWhy` reports errors.
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    throttle: {
      enabled: isPaced,
      onRateLimit: waits,
      onSecondaryRateLimit: waits,
      fallbackSecondaryRateRetryAfter: 5,
    },
  });
  client.hook.before("request", (options) => {
    if (options.method !== "GET" && options.method !== "PATCH")
      options.request = { ...options.request, retries: 0 };
  });
  return client;
}

export type GitHubClient = ReturnType<typeof gitHubClient>;

/** Returns the HTTP status of an error; undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | undefined)?.status;
  return typeof status === "number" ? status : undefined;
}

/** Runs API calls, and converts errors into messages for the reader of the job's log. */
export async function sayingWhy<T>(doing: string, permission: string, calls: () => Promise<T>): Promise<T> {
  try {
    return await calls();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined) throw error;
    throw new UserError(
      `GitHub did not allow this run to ${doing}: ${reasonOf(error, status, permission)}`,
      1,
      {
        cause: error,
      },
    );
  }
}

function reasonOf(error: unknown, status: number, permission: string): string {
  const message = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : "";
  const remaining = (error as { response?: { headers?: Record<string, unknown> } }).response?.headers?.[
    "x-ratelimit-remaining"
  ];
  if (
    status === 429 ||
    /rate limit|abuse detection/i.test(message) ||
    (status === 403 && remaining === "0")
  ) {
    return "the rate limit resets in more than a minute; run the job again later.";
  }
  if (status === 401) return "the token is not valid; pass the job's own, `github.token`.";
  // The token is sufficient, but the repository, its settings or the conversation accept no changes.
  if (
    status === 403 &&
    /locked|archived|disabled|suspended|blocked|allow list|not permitted|protected/i.test(message)
  )
    return `${message.replace(/\.$/, "")} (403).`;
  if (status === 403)
    return `the token lacks a permission (403); give the job \`permissions: ${permission}\`.`;
  if (status === 404)
    return `it does not exist, or the token may not read it (404); the job needs \`permissions: ${permission}\`.`;
  if (status >= 500) return `the service failed (${status}); run the job again.`;
  return `${message} (${status}).`;
}
