import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { UserError } from "../../../foundation/userError";
import { createEmulator, type Emulator, type EmulatorOptions } from "./emulator";

export interface EmulatorServer extends Emulator {
  /** `http://127.0.0.1:<port>`: what `supabase:endpoint` is set to. */
  readonly endpoint: string;
  /** Stops listening. Databases go on; `lifecycle.stopAll()` stops them. */
  close(): Promise<void>;
}

/** The emulator behind HTTP, on loopback only. Port 0 lets the system choose one. */
export async function serveEmulator(options: EmulatorOptions & { port: number }): Promise<EmulatorServer> {
  const emulator = await createEmulator(options);
  const hostname = "127.0.0.1";
  let server: ServerType | undefined;
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    server = serve({ fetch: emulator.app.fetch, hostname, port: options.port }, resolve);
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = `Port ${options.port} on ${hostname}, where the Supabase API should listen, is taken: end the program that uses it or choose another port.`;
      reject(error.code === "EADDRINUSE" ? new UserError(taken) : error);
    });
  });
  return {
    ...emulator,
    endpoint: `http://${hostname}:${address.port}`,
    async close() {
      await new Promise<void>((resolve) => {
        server?.close(() => resolve());
        if (server && "closeAllConnections" in server) server.closeAllConnections();
      });
    },
  };
}
