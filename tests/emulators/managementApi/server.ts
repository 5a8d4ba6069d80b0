import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { type TestEmulator, testEmulator } from "./support";

export interface ServedEmulator extends TestEmulator {
  readonly endpoint: string;
  /** `METHOD path` of every request since the list was last emptied, without `/v1`. */
  readonly calls: string[];
  /** JSON bodies of the write requests among them. */
  readonly bodies: unknown[];
  close(): Promise<void>;
}

/** Serves the emulator with fake clusters over HTTP, and records its requests. */
export async function servedEmulator(
  options: Parameters<typeof testEmulator>[0] = {},
): Promise<ServedEmulator> {
  const emulator = await testEmulator(options);
  const calls: string[] = [];
  const bodies: unknown[] = [];
  const server = serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request: Request) => {
      const { pathname, search } = new URL(request.url);
      calls.push(`${request.method} ${pathname.slice("/v1".length)}${search}`);
      const isJson = request.headers.get("content-type") === "application/json";
      if (isJson) bodies.push(await request.clone().json());
      return await emulator.app.fetch(request);
    },
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    ...emulator,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    bodies,
    async close() {
      await new Promise((resolve) => server.close(resolve));
      emulator.remove();
    },
  };
}
