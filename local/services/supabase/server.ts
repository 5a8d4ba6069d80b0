import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { UserError } from "../../../foundation/userError";
import { portIsFree } from "../process";
import { createEmulator, type Emulator, type EmulatorOptions } from "./emulator";

export interface EmulatorServer extends Emulator {
  /** `http://127.0.0.1:<port>`: what `supabase:endpoint` is set to. */
  readonly endpoint: string;
  /** Stops listening. Databases go on; `lifecycle.stopAll()` stops them. */
  close(): Promise<void>;
}

/** The emulator behind HTTP, on loopback only. Port 0 lets the system choose one. */
export async function serveEmulator(options: EmulatorOptions & { port: number }): Promise<EmulatorServer> {
  const hostname = "127.0.0.1";
  const taken = new UserError(
    `Port ${options.port} on ${hostname}, where the Supabase API should listen, is taken: end the program that uses it or choose another port.`,
  );
  // Looked at before any database is started: the one who has the port may be an emulator on the same state.
  if (options.port !== 0 && !(await portIsFree(options.port))) throw taken;
  const emulator = await createEmulator(options);
  let server: ServerType | undefined;
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    server = serve({ fetch: emulator.app.fetch, hostname, port: options.port }, resolve);
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? taken : error);
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
