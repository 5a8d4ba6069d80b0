import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleEntryPoint } from "../../../components/edgeFunctions/bundleEntryPoint";
import { checkoutRoot } from "../../../foundation/checkout";
import { denoProgram, type ServedFunction, serveInDeno } from "../../support/deno";
import { clients, reason } from "../../support/officialClients";
import { allowedOrigin, createWorkOrder, request, tenantId, token, workOrder } from "./support";

// The deployed file, served by Deno itself, with a Data API that records its requests.

const checkout = checkoutRoot();
const entrypoint = "functions/business-automation/index.ts";

let cache: string;
let dataApi: Server;
let seen: { authorization: string | undefined; apiKey: unknown; body: unknown }[];
let served: ServedFunction;

describe.skipIf(typeof clients === "string")(`in Deno${reason}`, () => {
  beforeAll(async () => {
    seen = [];
    dataApi = createServer(async (request, response) => {
      const chunks: Buffer[] = await request.toArray();
      const { authorization, apikey: apiKey } = request.headers;
      seen.push({ authorization, apiKey, body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(201, { "content-type": "application/json" }).end('[{"id":"made"}]');
    });
    await new Promise<void>((resolve) => dataApi.listen(0, "127.0.0.1", resolve));
    cache = await mkdtemp(path.join(tmpdir(), "deno cache "));
    const file = path.join(checkout, bundleEntryPoint("business-automation", entrypoint, checkout));
    served = await serveInDeno(file, cache, {
      SUPABASE_URL: `http://127.0.0.1:${(dataApi.address() as AddressInfo).port}`,
      SUPABASE_ANON_KEY: "anon-key",
      SUPABASE_SERVICE_ROLE_KEY: "canary-service-key",
      ALLOWED_ORIGINS: `${allowedOrigin},http://localhost:3000`,
    });
  });

  afterAll(async () => {
    await served?.stop();
    dataApi.close();
    await rm(cache, { recursive: true });
  });

  /** Sends a handler's request to the function that Deno serves. */
  async function send(made: Request): Promise<Response> {
    const { pathname, search } = new URL(made.url);
    const body = made.body === null ? {} : { body: await made.text() };
    return await fetch(`${served.url}${pathname}${search}`, {
      method: made.method,
      headers: made.headers,
      ...body,
    });
  }

  test("serves a request in the caller's name, with the key that gives no access to rows", async () => {
    const response = await send(request(createWorkOrder, { headers: { origin: allowedOrigin } }));

    expect(response.status, served.output()).toBe(201);
    expect(await response.json()).toEqual({ data: { id: "made" } });
    expect(response.headers.get("access-control-allow-origin")).toBe(allowedOrigin);
    expect(seen).toEqual([
      { authorization: `Bearer ${token()}`, apiKey: "anon-key", body: { ...workOrder, tenant_id: tenantId } },
    ]);
  });

  test("its sources pass Deno's own type check", async () => {
    const deno = await denoProgram(cache);

    await promisify(execFile)(deno.file, ["check", "--no-remote", "--no-lock", entrypoint], {
      cwd: checkout,
      env: deno.env,
    });
  });
});
