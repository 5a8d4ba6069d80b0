import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { writeFileAtomically } from "../../../foundation/atomicFile";
import { sqlStates } from "../../../foundation/sqlStates";
import { type Opening, readOpening, refusalMessage, sessionMessage } from "./startup";

/** How the pooler finds the databases. */
export interface PoolerTargets {
  /** Returns the port of a project's database; undefined if the project does not exist or is not running. */
  port(ref: string): number | undefined;
  /** Returns the ports of all running databases. */
  ports(): number[];
}

export interface Pooler {
  readonly port: number;
  /** Stops the pooler and every session through it. */
  close(): Promise<void>;
}

const hostname = "127.0.0.1";
/** Equal to the server's own limit for authentication. */
const openingMilliseconds = 60_000;
const noEncryption = Buffer.from("N");

/**
 * Starts the shared pooler in session mode: one address for all projects, where a role signs in as `<role>.<ref>`. The ref
 * selects the database, and the server sees only the role, as on hosted. It listens on loopback, on its previous port if
 * that is free.
 */
export async function startPooler(stateDirectory: string, targets: PoolerTargets): Promise<Pooler> {
  const sessions = new Set<Socket>();
  const server = createServer((client) => {
    sessions.add(client);
    client.once("close", () => sessions.delete(client));
    receive(client, targets);
  });
  const file = path.join(stateDirectory, "pooler.port");
  const port = await listen(server, portIn(file));
  writeFileAtomically(file, String(port));
  return {
    port,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      });
    },
  };
}

function portIn(file: string): number {
  try {
    return Number(readFileSync(file, "utf8")) || 0;
  } catch {
    return 0;
  }
}

/** Listens on the port, or on a free one if it is taken, and returns the port. */
async function listen(server: Server, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, hostname, () => {
        server.off("error", reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return await listen(server, 0);
  }
}

/** Reads the client's startup message and connects the client to its database. */
function receive(client: Socket, targets: PoolerTargets): void {
  let received: Buffer = Buffer.alloc(0);
  client.setNoDelay(true);
  client.setTimeout(openingMilliseconds, () => client.destroy());
  client.on("error", () => client.destroy());
  const read = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const found = readOpening(received);
      if (found === "incomplete") return;
      if (found === "invalid") {
        client.destroy();
        return;
      }
      const message = received.subarray(0, found.length);
      received = received.subarray(found.length);
      if (found.opening.kind !== "encryption") {
        client.off("data", read);
        client.pause();
        client.setTimeout(0);
        if (found.opening.kind === "cancel") cancel(client, message, targets.ports());
        else open(client, found.opening, received, { targets });
        return;
      }
      // Refuses TLS like the local server, which has no certificate.
      client.write(noEncryption);
    }
  };
  client.on("data", read);
}

/**
 * Forwards a cancel request to every server, because it has a session's secret key but no project. Only the session's server acts
 * on it.
 */
function cancel(client: Socket, message: Buffer, ports: readonly number[]): void {
  for (const port of ports) {
    const database = connect(port, hostname);
    database.on("error", () => {});
    database.end(message);
  }
  client.resume().end();
}

function refuse(client: Socket, sqlState: string, message: string): void {
  // Without reading, the client's disconnect would never be noticed.
  client.resume().end(refusalMessage(sqlState, message));
}

function open(
  client: Socket,
  { version, parameters }: Extract<Opening, { kind: "session" }>,
  rest: Buffer,
  { targets }: { readonly targets: PoolerTargets },
): void {
  const user = parameters.get("user") ?? "";
  const dot = user.lastIndexOf(".");
  const port = dot === -1 ? undefined : targets.port(user.slice(dot + 1));
  // The hosted pooler's message for both a paused and an unknown project.
  if (port === undefined) {
    refuse(client, sqlStates.internalError, "Tenant or user not found");
    return;
  }
  const database = connect(port, hostname);
  let isConnected = false;
  database.setNoDelay(true);
  database.once("connect", () => {
    isConnected = true;
    database.write(sessionMessage(version, new Map([...parameters, ["user", user.slice(0, dot)]])));
    if (rest.length > 0) database.write(rest);
    client.pipe(database).pipe(client);
  });
  database.on("error", () => {
    if (isConnected) client.destroy();
    else refuse(client, sqlStates.cannotConnectNow, "the database system is not accepting connections");
  });
  // If one side disconnects, the other is closed too, so the server cancels the query of a killed client.
  client.once("close", () => database.destroy());
  database.once("close", () => {
    if (isConnected) client.end();
  });
}
