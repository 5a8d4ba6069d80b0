import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleEntryPoint } from "../../../components/edgeFunctions/bundleEntryPoint";
import { checkoutRoot } from "../../../foundation/checkout";
import { allowedOrigin, createWorkOrder, request, tenantId, token, workOrder } from "./support";

// The file that is deployed, run with a stand-in for the two things of Deno that it uses.

let folder: string;
let dataApi: Server;
let seen: { authorization: string | undefined; apiKey: unknown; body: unknown }[];
let handle: (request: Request) => Promise<Response>;

beforeAll(async () => {
  seen = [];
  dataApi = createServer(async (request, response) => {
    const chunks: Buffer[] = await request.toArray();
    const { authorization, apikey: apiKey } = request.headers;
    seen.push({ authorization, apiKey, body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(201, { "content-type": "application/json" }).end('[{"id":"made"}]');
  });
  await new Promise<void>((resolve) => dataApi.listen(0, "127.0.0.1", resolve));
  const environment: Record<string, string> = {
    SUPABASE_URL: `http://127.0.0.1:${(dataApi.address() as AddressInfo).port}`,
    SUPABASE_ANON_KEY: "anon-key",
    SUPABASE_SERVICE_ROLE_KEY: "canary-service-key",
    ALLOWED_ORIGINS: `${allowedOrigin},http://localhost:3000`,
  };
  Object.assign(globalThis, {
    Deno: {
      env: { get: (name: string) => environment[name] },
      serve: (handler: typeof handle) => {
        handle = handler;
      },
    },
  });
  folder = await mkdtemp(path.join(tmpdir(), "deployed-"));
  const root = checkoutRoot();
  const built = bundleEntryPoint("business-automation", "functions/business-automation/index.ts", root);
  await copyFile(path.join(root, built), path.join(folder, "index.mjs"));
  await import(pathToFileURL(path.join(folder, "index.mjs")).href);
});
afterAll(async () => {
  Object.assign(globalThis, { Deno: undefined });
  dataApi.close();
  await rm(folder, { recursive: true });
});

test("serves a request in the caller's name, with the key that opens no row", async () => {
  const response = await handle(request(createWorkOrder, { headers: { origin: allowedOrigin } }));

  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({ data: { id: "made" } });
  expect(response.headers.get("access-control-allow-origin")).toBe(allowedOrigin);
  expect(seen).toEqual([
    { authorization: `Bearer ${token()}`, apiKey: "anon-key", body: { ...workOrder, tenant_id: tenantId } },
  ]);
});
