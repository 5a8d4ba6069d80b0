// pulumi-language-nodejs: the program that a Pulumi CLI of our own build starts to run a Node.js program. (The official host
// is only in the official download.) Prints its port, serves the engine until the engine ends, and then kills every process
// that it started.
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { Children } from "./children";
import { onEngineGone } from "./engineWatch";
import { createHandlers } from "./service";

/** Messages contain whole configurations and dependency lists. The engine's own limit is the same. */
const maximumMessageBytes = 400 * 1024 * 1024;

interface Arguments {
  readonly engineAddress: string;
  readonly tracing: string;
}

/** Reads `[--logtostderr] [-v=N] [--tracing URL] ENGINE-ADDRESS`, the arguments of every plugin. */
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
