// pulumi-language-nodejs: what the Pulumi CLI starts to run a Node.js program, where we built the CLI ourselves. (The
// official host comes with the official download only.) It prints its port, serves the engine until the engine goes,
// and takes every process that it started with it.
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { Children } from "./children";
import { onEngineGone } from "./engineWatch";
import { createHandlers } from "./service";

/** Requests and answers carry whole configurations and dependency lists; the engine allows itself as much. */
const maximumMessageBytes = 400 * 1024 * 1024;

interface Arguments {
  readonly engineAddress: string;
  readonly tracing: string;
}

/** `[--logtostderr] [-v=N] [--tracing URL] ENGINE-ADDRESS`, as the engine starts each of its plugins. */
function parseArguments(argv: readonly string[]): Arguments {
  const tracingAt = argv.indexOf("--tracing");
  return {
    engineAddress: argv.at(-1) ?? "",
    tracing: tracingAt === -1 ? "" : (argv[tracingAt + 1] ?? ""),
  };
}

function main(): void {
  const children = new Children();
  const server = new Server({
    "grpc.max_receive_message_length": maximumMessageBytes,
    "grpc.max_send_message_length": maximumMessageBytes,
  });
  const end = () => {
    children.killAll();
    server.forceShutdown();
    process.exit(0);
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  onEngineGone(end);

  server.addService(LanguageRuntimeService, createHandlers(parseArguments(process.argv.slice(2)), children));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
      console.error(`pulumi-language-nodejs cannot listen on 127.0.0.1: ${error.message}`);
      process.exit(1);
    }
    console.log(String(port));
  });
}

main();
