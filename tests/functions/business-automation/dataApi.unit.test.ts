import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { restDataApi } from "../../../functions/business-automation/dataApi.ts";

// The HTTP requests, with a server that responds like PostgREST.

let server: Server;
let url: string;
let seen: { line: string; headers: IncomingMessage["headers"]; body: unknown }[];
let answer: { status: number; body: string } | "none";

beforeEach(async () => {
  seen = [];
  server = createServer(async (request, response) => {
    const line = `${request.method} ${decodeURIComponent(request.url ?? "")}`;
    seen.push({ line, headers: request.headers, body: JSON.parse(await text(request)) });
    if (answer === "none") return;
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const table = { schema: "home_services", name: "work_orders" } as const;
const row = { tenant_id: "t", customer_id: "c", service_type: "Repair" };
const api = (timeoutMilliseconds?: number) =>
  restDataApi({ url, apiKey: "anon-key", accessToken: "callers-token", timeoutMilliseconds });

test("inserts as the caller, into the schema of the table, and returns the row", async () => {
  answer = { status: 201, body: '[{"id":"1"}]' };

  expect(await api().insert(table, row)).toEqual({ id: "1" });

  expect(seen.map(({ line, body }) => ({ line, body }))).toEqual([
    { line: "POST /rest/v1/work_orders", body: row },
  ]);
  expect(seen[0]?.headers).toMatchObject({
    apikey: "anon-key",
    authorization: "Bearer callers-token",
    "content-profile": "home_services",
    "content-type": "application/json",
    prefer: "return=representation",
  });
});

test("updates the row with the key, and returns undefined if there is none", async () => {
  answer = { status: 200, body: "[]" };

  expect(await api().update(table, { tenant_id: "t", id: "a&b=c" }, { notes: null })).toBeUndefined();

  expect(seen.map(({ line, body }) => ({ line, body }))).toEqual([
    { line: "PATCH /rest/v1/work_orders?tenant_id=eq.t&id=eq.a&b=c", body: { notes: null } },
  ]);
});

test.each([
  ['{"code":"42501","message":"no"}', "42501", "no"],
  ["gateway crashed", "", "gateway crashed"],
])("a refusal %j keeps status, code and text", async (body, code, message) => {
  answer = { status: 403, body };

  await expect(api().insert(table, row)).rejects.toMatchObject({
    name: "DataApiError",
    status: 403,
    code,
    message,
  });
});

test("a server that does not respond results in a timeout", async () => {
  answer = "none";

  await expect(api(50).insert(table, row)).rejects.toMatchObject({ name: "TimeoutError" });
});
