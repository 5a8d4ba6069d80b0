import { createConnection } from "node:net";
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { wellFormed } from "./errors";
import type { CallContext } from "./provider";

const severities = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
};

/** The engine's log, which prints each line below its resource. */
export class EngineLog {
  #client: EngineClient | undefined;
  /** Resolves when the last line so far has arrived. */
  #last: Promise<void> = Promise.resolve();

  connect(address: string): void {
    this.#client?.close();
    this.#client = new EngineClient(address, credentials.createInsecure());
  }

  write(urn: string, ...[severity, message, options]: Parameters<CallContext["log"]>): void {
    const client = this.#client;
    if (client === undefined) {
      process.stderr.write(`${severity}: ${message}\n`);
      return;
    }
    const request = new LogRequest();
    request.setUrn(urn);
    request.setSeverity(severities[severity]);
    request.setMessage(wellFormed(message));
    request.setEphemeral(options?.ephemeral === true);
    // Sends lines one by one, because the engine handles calls concurrently and would print them in any order.
    // If a line cannot be delivered, the engine is gone, which `watchEngine` detects.
    this.#last = this.#last.then(() => new Promise((resolve) => client.log(request, () => resolve())));
  }

  /** Resolves when every line so far has arrived, so that none arrives after the result of its call. */
  async flush(): Promise<void> {
    await this.#last;
  }
}

/**
 * Calls `onGone` once the engine has ended. A killed engine sends no signal, but this process then gets another parent. A
 * response from the engine's address proves that the engine was alive when the parent was first read.
 *
 * @returns a function that ends the watch
 */
export function watchEngine(address: string, onGone: () => void): () => void {
  const parent = process.ppid;
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const host = address.slice(0, address.lastIndexOf(":"));
  const probe = createConnection({ host, port }, () => probe.destroy()).unref();
  probe.on("error", onGone);
  const poll = setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, 500).unref();
  return () => {
    probe.destroy();
    clearInterval(poll);
  };
}
