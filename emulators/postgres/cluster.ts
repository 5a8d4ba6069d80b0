import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync } from "node:fs";
import path from "node:path";
import { isSameProcess } from "../../foundation/processLock/identity.mjs";
import { withLock } from "../../foundation/processLock/lock.mjs";
import { sqlStates } from "../../foundation/sqlStates";
import { UserError } from "../../foundation/userError";
import { freePort, portIsFree } from "../process";
import { removeFolder } from "./abandoned";
import { readMemory, remember } from "./clusterMemory";
import { buildHostedRights } from "./hostedRights";
import {
  describeInstallation,
  ensurePostgresInstalled,
  type PostgresInstallation,
  type Progress,
} from "./installation";
import { localPassword } from "./passwords";
import { prepareCluster } from "./prepareCluster";
import {
  adopt,
  copyDataDirectory,
  findRunning,
  launch,
  PortTaken,
  type RunningServer,
  StillInUse,
  shutDown,
} from "./server";
import { serverUserFor } from "./serverUser";
import { renewSystemIdentifier } from "./systemIdentifier";
import { ensureTemplate } from "./template";

export interface ClusterOptions {
  /** Folder of the cluster. Created if missing. */
  readonly directory: string;
  /** Default: the previous port if it is free, else a free one. */
  readonly port?: number;
  /** Password of `postgres`. Those of the other login roles derive from it (`localPassword`). */
  readonly postgresPassword: string;
  /**
   * Folder of the server's programs for a new cluster. Default: `ensurePostgresInstalled`. An existing cluster keeps its major
   * version and uses any installation of it.
   */
  readonly binDirectory?: string;
  /** False is faster but not safe against power loss: for tests. Default true. */
  readonly durable?: boolean;
  /**
   * Grants the API roles access to new tables of `postgres` in `public`, as on projects before 2026-05-30. Applied when the
   * cluster is created. Default false, as on every project since 2026-10-30.
   */
  readonly legacyDefaultPrivileges?: boolean;
  readonly progress?: Progress;
}

export interface Cluster {
  readonly directory: string;
  readonly port: number;
  readonly pid: number;
  /** Returns the connection string of a login role. Default: `postgres` on the database `postgres`. */
  url(role?: string, database?: string): string;
  stop(): Promise<void>;
}

/** How long a running server may take to accept a connection. */
const recoverySeconds = 30;

/**
 * Starts the cluster of a directory: creates it if new, adopts it if running, recovers it if it was killed. On return it
 * accepts connections and has the given password and today's realtime partitions.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  mkdirSync(options.directory, { recursive: true });
  const directory = realpathSync(options.directory);
  return await withLock(path.join(directory, "lock"), async () => {
    const adopted = await adoptOn(directory, options.port);
    if (adopted !== undefined && (await preparesOrEnds(directory, adopted, options)) === "prepared") {
      return clusterOf(directory, adopted, options.postgresPassword);
    }
    const launched = await launchAgain(directory, options);
    await prepareCluster(directory, launched.port, options);
    return clusterOf(directory, launched, options.postgresPassword);
  });
}

/** Returns the running server. Stops it if another port is requested. */
async function adoptOn(directory: string, port: number | undefined): Promise<RunningServer | undefined> {
  const running = await adopt(serverOf(directory));
  if (running === undefined || port === undefined || port === running.port) return running;
  await shutDown(serverOf(directory));
  return undefined;
}

/**
 * Waits until the running server accepts connections. A server that is being killed is visible for a moment, and one in crash
 * recovery accepts none yet. Returns undefined if it ends meanwhile, and stops a server that accepts none in time (one that
 * is shutting down).
 */
async function preparesOrEnds(
  directory: string,
  running: RunningServer,
  options: ClusterOptions,
): Promise<"prepared" | "ended"> {
  const deadline = performance.now() + recoverySeconds * 1000;
  for (;;) {
    try {
      await prepareCluster(directory, running.port, options);
      return "prepared";
    } catch (error) {
      if (!isSameProcess(running.process)) return "ended";
      if (!isBrokenOff(error)) throw error;
      if (performance.now() > deadline) {
        await shutDown(serverOf(directory));
        return "ended";
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Returns whether the server refused or closed the connection. Without a code, the connection ended during a query. */
function isBrokenOff(error: unknown): boolean {
  if (error instanceof UserError) return false;
  const { code } = error as { code?: string };
  return (
    code === undefined ||
    [
      "ECONNREFUSED",
      "ECONNRESET",
      sqlStates.adminShutdown,
      sqlStates.crashShutdown,
      sqlStates.cannotConnectNow,
    ].includes(code)
  );
}

async function launchAgain(directory: string, options: ClusterOptions): Promise<RunningServer> {
  const progress = options.progress ?? (() => undefined);
  const { dataDirectory } = serverOf(directory);
  const installation = await installationFor(dataDirectory, options.binDirectory, progress);
  if (!existsSync(dataDirectory)) await cloneTemplate(directory, dataDirectory, { installation, progress });
  return await launchOnSomePort(directory, options, { installation, progress });
}

/** Returns a server of the data's major version, because no other can read the data. */
async function installationFor(
  dataDirectory: string,
  binDirectory: string | undefined,
  progress: Progress,
): Promise<PostgresInstallation> {
  const major = majorOfData(dataDirectory);
  const chosen = binDirectory === undefined ? undefined : await describeInstallation(binDirectory);
  if (chosen !== undefined && (major === undefined || major === chosen.major)) return chosen;
  return await ensurePostgresInstalled(progress, major === undefined ? {} : { major });
}

/** Returns the major version of a cluster's data; undefined if there is none yet. */
export function majorOfCluster(directory: string): number | undefined {
  return majorOfData(path.join(directory, "data"));
}

function majorOfData(dataDirectory: string): number | undefined {
  const file = path.join(dataDirectory, "PG_VERSION");
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
}

/** Stops the cluster of a directory and returns once all its processes have ended. Keeps the data. */
export async function stopCluster(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  const absolute = realpathSync(directory);
  await withLock(path.join(absolute, "lock"), async () => await shutDown(serverOf(absolute)));
}

/** Returns the cluster of a directory if it is running. */
export function runningCluster(directory: string, postgresPassword: string): Cluster | undefined {
  if (!existsSync(directory)) return undefined;
  const absolute = realpathSync(directory);
  const running = findRunning(serverOf(absolute));
  return running === undefined ? undefined : clusterOf(absolute, running, postgresPassword);
}

function serverOf(directory: string): { directory: string; dataDirectory: string } {
  return { directory, dataDirectory: path.join(directory, "data") };
}

function clusterOf(directory: string, running: RunningServer, postgresPassword: string): Cluster {
  const { port } = running;
  return {
    directory,
    port,
    pid: running.process.pid,
    url(role = "postgres", database = "postgres") {
      const password = encodeURIComponent(localPassword(role, postgresPassword));
      return `postgresql://${encodeURIComponent(role)}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
    },
    async stop() {
      await stopCluster(directory);
    },
  };
}

/** Creates the data directory atomically, and removes the leftovers of killed attempts. */
async function cloneTemplate(
  directory: string,
  dataDirectory: string,
  { installation, progress }: { readonly installation: PostgresInstallation; readonly progress: Progress },
): Promise<void> {
  for (const name of readdirSync(directory)) {
    if (name.startsWith("data.")) await removeFolder(path.join(directory, name));
  }
  const template = await ensureTemplate(installation, progress);
  const copy = path.join(directory, `data.${randomUUID()}`);
  try {
    await copyDataDirectory(template, copy);
    await renewSystemIdentifier(copy, installation, serverUserFor(directory));
    renameSync(copy, dataDirectory);
  } catch (error) {
    // This fails if the disk is full.
    await removeFolder(copy);
    throw error;
  }
}

async function launchOnSomePort(
  directory: string,
  options: ClusterOptions,
  { installation, progress }: { readonly installation: PostgresInstallation; readonly progress: Progress },
): Promise<RunningServer> {
  const user = serverUserFor(directory);
  const hostedRights = await buildHostedRights(installation, progress);
  let wanted = options.port ?? readMemory(directory).port;
  const deadline = performance.now() + 20_000;
  for (;;) {
    const isFree = wanted !== undefined && (await portIsFree(wanted));
    if (!isFree && options.port !== undefined) throw portTaken(options.port);
    const port = isFree && wanted !== undefined ? wanted : await freePort();
    try {
      const durable = options.durable ?? true;
      const running = await launch(serverOf(directory), { installation, user, port, hostedRights, durable });
      remember(directory, { port });
      return running;
    } catch (error) {
      if (error instanceof PortTaken) {
        if (options.port !== undefined) throw portTaken(options.port);
        wanted = undefined;
      } else if (!(error instanceof StillInUse) || performance.now() > deadline) {
        throw error;
      } else {
        const left = await adopt(serverOf(directory));
        if (left !== undefined) return left;
      }
    }
  }
}

function portTaken(port: number): UserError {
  return new UserError(
    `Port ${port} on 127.0.0.1, where PostgreSQL should listen, is taken: end the program that uses it or choose another port.`,
  );
}
