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

/** The engine's log, which prints below the resource that a line belongs to. */
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
    // One after the other: the engine handles calls at the same time, and would print lines in any order.
    // A line that cannot be delivered means that the engine has gone, which is noticed elsewhere.
    this.#last = this.#last.then(() => new Promise((resolve) => client.log(request, () => resolve())));
  }

  /** Resolves when every line so far has arrived, so that none is overtaken by the answer it belongs to. */
  async flush(): Promise<void> {
    await this.#last;
  }
}

/**
 * Calls `onGone` once the engine is no longer there. It can be killed in a way that tells nobody; but then this
 * process gets another parent. That the engine still lived when the parent was first looked at is certain once it
 * has answered at its address.
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
