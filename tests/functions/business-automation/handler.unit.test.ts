import { describe, expect, test } from "vitest";
import {
  allowedOrigin,
  createWorkOrder,
  handlerOn,
  refusal,
  request,
  tenantId,
  token,
  workOrder,
} from "./support";

describe("the caller", () => {
  test("is passed on to the Data API, with the tenant of the token", async () => {
    const { handle, calls } = handlerOn();

    const response = await handle(request(createWorkOrder));

    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ data: { id: "row" } });
    expect(calls).toEqual([
      {
        accessToken: token(),
        verb: "insert",
        table: { schema: "home_services", name: "work_orders" },
        values: { ...workOrder, tenant_id: tenantId },
      },
    ]);
  });

  test.each([
    ["next to the data", { ...createWorkOrder, tenant_id: "33333333-3333-4333-8333-333333333333" }],
  ])("cannot name another tenant %s: it is not read", async (_, body) => {
    const { handle, calls } = handlerOn();

    await handle(request(body));

    expect(calls.map(({ values }) => values)).toMatchObject([{ tenant_id: tenantId }]);
  });

  test("cannot name another tenant in the data: it is refused", async () => {
    const { handle, calls } = handlerOn();
    const data = { ...workOrder, tenant_id: "33333333-3333-4333-8333-333333333333" };

    const response = await handle(request({ ...createWorkOrder, data }));

    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      error: "The data is not valid.",
      faults: [{ field: "data.tenant_id", problem: "is not known" }],
    });
    expect(calls).toEqual([]);
  });

  test.each([
    ["no token", undefined],
    ["an API key instead of a token", "Bearer sb_publishable_123"],
    ["another scheme", `Basic ${token()}`],
    ["a payload that is not JSON", "Bearer e30.bm8.x"],
  ])("with %s gets status 401", async (_, authorization) => {
    const { handle, calls } = handlerOn();

    const response = await handle(request(createWorkOrder, { headers: { authorization } }));

    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(calls).toEqual([]);
  });

  test("without a tenant is refused", async () => {
    const { handle, calls } = handlerOn();

    const response = await handle(
      request(createWorkOrder, { headers: { authorization: `Bearer ${token({})}` } }),
    );

    expect(response.status).toBe(403);
    expect(calls).toEqual([]);
  });
});

describe("pages of other origins", () => {
  test("an allowed one is named, never all", async () => {
    const response = await handlerOn().handle(
      request(createWorkOrder, { headers: { origin: allowedOrigin } }),
    );

    expect(response.status).toBe(201);
    expect(response.headers.get("access-control-allow-origin")).toBe(allowedOrigin);
    expect(response.headers.get("vary")).toBe("origin");
  });

  test("another one is refused before the request is handled", async () => {
    const { handle, calls } = handlerOn();

    const response = await handle(request(createWorkOrder, { headers: { origin: "https://evil.example" } }));

    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(calls).toEqual([]);
  });

  test("a request without an origin, as from a server, passes without CORS headers", async () => {
    const response = await handlerOn().handle(request(createWorkOrder));

    expect(response.status).toBe(201);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test.each([
    [allowedOrigin, 204, "POST, OPTIONS"],
    ["https://evil.example", 403, null],
  ])("a preflight from %s gets status %i", async (origin, status, methods) => {
    const preflight = request(undefined, {
      method: "OPTIONS",
      headers: { origin, authorization: undefined },
    });

    const response = await handlerOn().handle(preflight);

    expect(response.status).toBe(status);
    expect(response.headers.get("access-control-allow-methods")).toBe(methods);
  });

  test("an allowed page can read an error", async () => {
    const headers = { origin: allowedOrigin, authorization: undefined };

    const response = await handlerOn().handle(request(createWorkOrder, { headers }));

    expect(response.status).toBe(401);
    expect(response.headers.get("access-control-allow-origin")).toBe(allowedOrigin);
  });
});

describe("the request", () => {
  test.each([
    [405, request(undefined, { method: "GET" }), "Only POST is supported."],
    [
      415,
      request(createWorkOrder, { headers: { "content-type": "text/plain" } }),
      "The body must be application/json.",
    ],
    [400, request(undefined, { text: "{" }), 'The body must be a JSON object: {"action": …, "data": {…}}.'],
    [400, request("text"), 'The body must be a JSON object: {"action": …, "data": {…}}.'],
    [
      400,
      request({ action: "drop_tables", data: {} }),
      "The action is not known; the known actions are create_work_order, update_customer.",
    ],
    [
      400,
      request({ data: {} }),
      "The action is not known; the known actions are create_work_order, update_customer.",
    ],
    [
      413,
      request(undefined, { text: `"${"x".repeat(100_000)}"` }),
      "The body must have at most 100000 bytes.",
    ],
  ])("that is wrong gets status %i", async (status, wrong, error) => {
    const { handle, calls } = handlerOn();

    const response = await handle(wrong);

    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error });
    expect(calls).toEqual([]);
  });

  test("may be as large as the limit", async () => {
    const body = JSON.stringify({ ...createWorkOrder, padding: "" });
    const padding = "ä".repeat((100_000 - body.length) / 2);

    const response = await handlerOn().handle(request({ ...createWorkOrder, padding }));

    expect(response.status).toBe(201);
  });
});

describe("a refusal by the database", () => {
  test.each([
    [401, refusal(401, "PGRST301"), "The token is no longer valid; sign in again."],
    [403, refusal(403, "42501"), "You lack the permission for this action."],
    [422, refusal(409, "23503"), "The data refers to a row that does not exist."],
    [422, refusal(400, "23514"), "The data is not valid."],
    [422, refusal(400, "22007"), "The data is not valid."],
    [409, refusal(409, "23505"), "The row already exists."],
    [502, refusal(503, "PGRST002"), "The database is not available."],
    [504, new DOMException("aborted", "TimeoutError"), "The database did not respond in time."],
    [500, new TypeError("canary: fetch failed"), "Something went wrong."],
  ])(
    "gets status %i with our message, and the original message is logged",
    async (status, error, message) => {
      const { handle, logged } = handlerOn(error);

      const response = await handle(request(createWorkOrder));

      expect(response.status).toBe(status);
      const text = await response.text();
      expect(JSON.parse(text)).toEqual({ error: message });
      expect(text).not.toContain("canary");
      expect(logged).toHaveLength(1);
      expect(JSON.stringify(logged)).toContain(error.message);
    },
  );
});
