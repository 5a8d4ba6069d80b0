import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { UserError } from "../../foundation/userError";
import { portIsFree } from "../process";
import { createEmulator, type Emulator, type EmulatorOptions } from "./emulator";
import { startPooler } from "./pooler/pooler";

export interface EmulatorServer extends Emulator {
  /** `http://127.0.0.1:<port>`, the value for `supabase:endpoint`. */
  readonly endpoint: string;
  readonly poolerPort: number;
  /** Stops listening and ends the sessions through the pooler. `lifecycle.stopAll()` stops the databases. */
  close(): Promise<void>;
}

/** Serves the emulator over HTTP, and the shared pooler, on loopback only. With port 0 the system chooses one. */
export async function serveEmulator(
  options: Omit<EmulatorOptions, "poolerPort"> & { port: number },
): Promise<EmulatorServer> {
  const hostname = "127.0.0.1";
  const taken = new UserError(
    `Port ${options.port} on ${hostname}, where the Supabase API should listen, is taken: end the program that uses it or choose another port.`,
  );
  // Checked before any database starts, because the port's owner may be an emulator on the same state.
  if (options.port !== 0 && !(await portIsFree(options.port))) throw taken;
  let emulator: Emulator | undefined;
  mkdirSync(options.stateDirectory, { recursive: true });
  const pooler = await startPooler(options.stateDirectory, {
    port: (ref) => emulator?.lifecycle.databasePort(ref),
    ports: () => emulator?.lifecycle.databasePorts() ?? [],
  });
  const made = await createEmulator({ ...options, poolerPort: pooler.port });
  emulator = made;
  let server: ServerType | undefined;
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    server = serve({ fetch: made.app.fetch, hostname, port: options.port }, resolve);
    server.once("error", (error: NodeJS.ErrnoException) => {
      void pooler.close();
      reject(error.code === "EADDRINUSE" ? taken : error);
    });
  });
  return {
    ...made,
    endpoint: `http://${hostname}:${address.port}`,
    poolerPort: pooler.port,
    async close() {
      await pooler.close();
      await new Promise<void>((resolve) => {
        server?.close(() => resolve());
        if (server && "closeAllConnections" in server) server.closeAllConnections();
      });
    },
  };
}
