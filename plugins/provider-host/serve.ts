import { type MethodDefinition, Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { UserError } from "../../foundation/userError";
import { Calls } from "./calls";
import { EngineLog, watchEngine } from "./engine";
import type { Provider } from "./provider";
import { providerService } from "./service";
import { leavingStructs, takingStructs } from "./structs";

/** The engine's own limit for one message, because a state may be large. */
const maxMessageBytes = 400 * 1024 * 1024;

/** How long aborted calls may take to end, in milliseconds. */
const graceMilliseconds = 2000;

/** The generated service, except that structs stay bytes in our code. */
const definition = Object.fromEntries(
  Object.entries<MethodDefinition<unknown, unknown>>(ResourceProviderService).map(([name, method]) => [
    name,
    {
      ...method,
      requestDeserialize: leavingStructs(method.requestDeserialize),
      responseSerialize: takingStructs(method.responseSerialize),
    },
  ]),
);

export interface RunningServer {
  readonly port: number;
  /** Aborts the calls, waits for them until the grace period ends, and closes the port. */
  stop(reason: UserError): Promise<void>;
}

/** Serves the provider on a free loopback port, without signals and exit handling. */
export async function startServer(provider: Provider, log = new EngineLog()): Promise<RunningServer> {
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  const calls = new Calls(log);
  server.addService(definition, providerService(provider, calls, log));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    async stop(reason) {
      await calls.abort(reason, graceMilliseconds);
      server.forceShutdown();
    },
  };
}

/**
 * Runs a provider plugin: serves `provider` to the engine whose address is the first argument, and prints
 * the port as the engine expects. The process ends at the engine's request, or when the engine has ended. Running calls are
 * aborted
 * first and have two seconds to clean up.
 */
export async function serve(provider: Provider): Promise<void> {
  // Standard output must only contain the port.
  console.log = console.info = console.debug = console.error;

  const engineAddress = process.argv[2];
  const log = new EngineLog();
  let server: RunningServer | undefined;
  let ending = false;
  const end = async (why: string) => {
    if (ending) return;
    ending = true;
    await server?.stop(new UserError(why));
    process.exit(0);
  };
  process.on("SIGINT", () => void end("The operation was interrupted."));
  process.on("SIGTERM", () => void end("The operation was interrupted."));
  // The engine no longer reads the output. The watch below detects this.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});

  // Without an address the provider was started manually, for debugging. An engine attaches later.
  if (engineAddress !== undefined) {
    log.connect(engineAddress);
    watchEngine(engineAddress, () => void end("The engine has ended."));
  }
  server = await startServer(provider, log);
  process.stdout.write(`${server.port}\n`);
}
