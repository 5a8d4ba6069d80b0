import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManagementApi } from "../../foundation/managementApi";

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

let server: Server;
let replies: (Reply | "hang up" | "silence" | "silence in the body")[];
let requests: { method?: string; url?: string; headers: IncomingMessage["headers"]; body: string }[];
let waits: number[];
let api: ManagementApi;

/** Milliseconds; far longer than any response of this server takes. */
const patience = { read: 1_000, write: 1_500 };

beforeEach(async () => {
  replies = [];
  requests = [];
  waits = [];
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "" } = request;
    requests.push({ method, url, headers: request.headers, body });
    const reply = replies.shift() ?? {
      status: 200,
      headers: { "content-type": "application/json" },
      body: '{"ok":true}',
    };
    if (reply === "hang up") return void request.socket.destroy();
    if (reply === "silence") return;
    if (reply === "silence in the body") return void response.writeHead(200).write("{");
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  api = new ManagementApi({
    endpoint: `http://127.0.0.1:${port}/prefix/`,
    accessToken: " sbp_token\n",
    client: "Test/1",
    patience,
    wait: async (milliseconds) => void waits.push(milliseconds),
  });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("sends the token without spaces, its own name, and a content type only with a body", async () => {
  await api.call("GET", "/projects");
  await api.call("PATCH", "/projects/x", { body: { name: "y" } });

  expect(requests.map(({ method, url, body }) => [method, url, body])).toEqual([
    ["GET", "/prefix/v1/projects", ""],
    ["PATCH", "/prefix/v1/projects/x", '{"name":"y"}'],
  ]);
  expect(requests[0]?.headers).toMatchObject({ authorization: "Bearer sbp_token", "user-agent": "Test/1" });
  expect(requests[0]?.headers["content-type"]).toBeUndefined();
  expect(requests[1]?.headers["content-type"]).toBe("application/json");
});

test.each([408, 429, 500, 502, 503, 504])("a read with status %i is tried four times", async (status) => {
  replies = Array.from({ length: 4 }, () => ({ status }));

  const answer = await api.call("GET", "/projects");

  expect(answer.status).toBe(status);
  expect(requests).toHaveLength(4);
  expect(waits).toHaveLength(3);
  waits.forEach((wait, at) => {
    expect(wait).toBeGreaterThanOrEqual(500 * (at + 1));
    expect(wait).toBeLessThanOrEqual(1500 * (at + 1));
  });
});

test.each([400, 401, 404, 422])("a read with status %i is not retried", async (status) => {
  replies = [{ status }];

  expect((await api.call("GET", "/projects")).status).toBe(status);
  expect(requests).toHaveLength(1);
});

test.each(["POST", "PATCH", "PUT", "DELETE"])(
  "a %s is sent once, regardless of its result",
  async (method) => {
    replies = [{ status: 503 }];
    expect((await api.call(method, "/projects")).status).toBe(503);

    replies = ["hang up"];
    await expect(api.call(method, "/projects")).rejects.toThrow(
      /^The Management API at http.* cannot be reached: /,
    );
    expect(requests).toHaveLength(2);
  },
);

test("a read is retried if its connection breaks", async () => {
  replies = ["hang up"];

  expect((await api.call("GET", "/projects")).json).toEqual({ ok: true });
  expect(requests).toHaveLength(2);
});

test("Retry-After is honored up to ten seconds, only for 429 and 503", async () => {
  const headers = { "retry-after": "3" };
  replies = [
    { status: 429, headers },
    { status: 503, headers: { "retry-after": "60" } },
    { status: 500, headers },
  ];

  await api.call("GET", "/projects");

  expect(waits.slice(0, 2)).toEqual([3000, 10_000]);
  expect(waits[2]).not.toBe(3000);
});

test("only responses with a JSON content type are decoded", async () => {
  replies = [{ status: 200, headers: { "content-type": "text/plain" }, body: '{"ok":true}' }];

  expect(await api.call("GET", "/projects")).toEqual({ status: 200, text: '{"ok":true}', json: undefined });
});

test("the error for an unexpected status contains the request and the response", async () => {
  replies = [
    { status: 401, headers: { "content-type": "application/json" }, body: '{"message":"Unauthorized"}' },
  ];

  await expect(api.expect("GET", "/projects/x", { status: 200, doing: "read project" })).rejects.toThrow(
    'Unable to read project, got status 401: {"message":"Unauthorized"} (is the access token right?)',
  );
});

test("a call ends when it is cancelled", async () => {
  const cancelled = AbortSignal.abort();

  await expect(api.call("GET", "/projects", { signal: cancelled })).rejects.toThrow();
  expect(requests).toEqual([]);
});

test.each(["silence", "silence in the body"] as const)("a read with %s is tried again", async (reply) => {
  replies = [reply];

  expect((await api.call("GET", "/projects")).json).toEqual({ ok: true });
  expect(requests).toHaveLength(2);
});

test.each(["silence", "silence in the body"] as const)(
  "reads with %s end after four attempts",
  async (reply) => {
    replies = Array.from({ length: 4 }, () => reply);

    await expect(api.call("GET", "/projects")).rejects.toThrow(
      /^The Management API at http:\/\/127\.0\.0\.1:\d+ did not respond within 1 s: check its status page/,
    );
    expect(requests).toHaveLength(4);
  },
);

test("a write without a response ends after its own, longer time limit and is not repeated", async () => {
  replies = ["silence"];

  await expect(api.call("POST", "/projects")).rejects.toThrow(/ did not respond within 1\.5 s: /);
  expect(requests).toHaveLength(1);
});

test("a call that is cancelled during silence of the service ends immediately", async () => {
  replies = ["silence"];
  const cancellation = new AbortController();
  const call = api.call("GET", "/projects", { signal: cancellation.signal });
  await expect.poll(() => requests.length).toBe(1);

  cancellation.abort();

  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  expect(requests).toHaveLength(1);
});

test("a body with a JSON content type that is not JSON causes no retry, and its reader reports it", async () => {
  const json = { "content-type": "application/json" };
  replies.push({ status: 200, headers: json, body: "{" });
  expect(await api.call("GET", "/projects")).toEqual({ status: 200, text: "{", json: undefined });
  expect(waits).toEqual([]);

  replies.push({ status: 200, headers: json, body: "" });
  await expect(api.expectJson("GET", "/projects", { status: 200, doing: "list projects" })).rejects.toThrow(
    "Unable to list projects, got status 200: an empty body (which is not JSON)",
  );
  replies.push({ status: 200, headers: { "content-type": "text/html" }, body: "x".repeat(5000) });
  await expect(api.expectJson("GET", "/projects", { status: 200, doing: "list projects" })).rejects.toThrow(
    `Unable to list projects, got status 200: ${"x".repeat(1000)}… (which is not JSON)`,
  );
});
