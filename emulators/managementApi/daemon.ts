import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomically } from "../../foundation/atomicFile";
import { checkoutRoot } from "../../foundation/checkout";
import { withLock } from "../../foundation/processLock/lock.mjs";
import { UserError } from "../../foundation/userError";
import { stopCluster } from "../postgres";
import {
  freePort,
  portIsFree,
  runningService,
  type ServiceDefinition,
  startService,
  stopService,
} from "../process";
import { buildOf } from "./build";
import { databaseDirectories } from "./state/store";

export interface SupabaseApiOptions {
  /** Folder of the projects, their databases and the record of the process. Created if missing. */
  readonly directory: string;
  /** The bearer token that clients must send. */
  readonly accessToken: string;
  /** Folder of the PostgreSQL programs for new databases. Default: found by `ensurePostgresInstalled`. */
  readonly postgresqlBin?: string;
  /** Default: the previous port if it is free, else a free one. */
  readonly port?: number;
}

/** The running local Management API, on loopback only. */
export interface SupabaseApi {
  /** The value for `supabase:endpoint` or SUPABASE_API_ENDPOINT. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

const name = "supabase-api";
const startSeconds = 120;

/**
 * Starts the API and the databases of its projects, or adopts a running one. A running API is replaced if its build, token
 * or PostgreSQL version differs. Its projects stay.
 */
export async function startSupabaseApi(options: SupabaseApiOptions): Promise<SupabaseApi> {
  const { directory, accessToken } = options;
  mkdirSync(directory, { recursive: true });
  return await withLock(path.join(directory, "lock"), async () => {
    const program = path.join(checkoutRoot(), "dist", "services", "supabase.cjs");
    const commandOn = (port: number): ServiceDefinition["command"] => [
      process.execPath,
      program,
      ...["--state-directory", directory, "--port", String(port)],
      ...(options.postgresqlBin === undefined ? [] : ["--postgresql-bin", options.postgresqlBin]),
    ];
    const stop = async () => await stopSupabaseApi(directory);
    const running = runningService(directory, name);
    if (running?.port !== undefined && (options.port ?? running.port) === running.port) {
      const endpoint = endpointOf(running.port);
      // If its folder was moved, the process still uses the old path.
      const isInPlace = JSON.stringify(running.command) === JSON.stringify(commandOn(running.port));
      const identity = { build: buildOf(program), pid: running.pid };
      if (isInPlace && (await isOurs(endpoint, accessToken, identity)) && (await revives(endpoint))) {
        return { endpoint, stop };
      }
    }
    await stopService(directory, name);
    const port = options.port ?? (await portUsedBefore(directory)) ?? (await freePort());
    const service = await startService(directory, {
      name,
      port,
      command: commandOn(port),
      log: path.join(directory, `${name}.log`),
      environment: { ...process.env, SUPABASE_ACCESS_TOKEN: accessToken },
    });
    const identity = { build: buildOf(program), pid: service.pid };
    await waitForResponse(
      async () => await isOurs(endpointOf(port), accessToken, identity),
      directory,
      service.log,
    );
    writeFileAtomically(portFile(directory), String(port));
    return { endpoint: endpointOf(port), stop };
  });
}

/** Stops the API and every database of its projects, including those that a killed API left running. */
export async function stopSupabaseApi(directory: string): Promise<void> {
  await stopService(directory, name);
  await Promise.all(databaseDirectories(directory).map(stopCluster));
}

/** Returns whether this process, with this build, responds there and accepts the token. */
async function isOurs(
  endpoint: string,
  accessToken: string,
  { build, pid }: { build: string; pid: number },
): Promise<boolean> {
  try {
    const response = await fetch(endpoint, { signal: AbortSignal.timeout(5000) });
    const about = (await response.json()) as { build?: string; pid?: number };
    if (about.build !== build || about.pid !== pid) return false;
    const headers = { Authorization: `Bearer ${accessToken}` };
    const projects = await fetch(`${endpoint}/v1/projects`, { headers, signal: AbortSignal.timeout(5000) });
    await projects.arrayBuffer();
    return projects.ok;
  } catch {
    return false;
  }
}

/** Returns whether it has started the databases that were down; false if it ends meanwhile. */
async function revives(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/ready`, { signal: AbortSignal.timeout(startSeconds * 1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function waitForResponse(
  responds: () => Promise<boolean>,
  directory: string,
  log: string,
): Promise<void> {
  const deadline = performance.now() + startSeconds * 1000;
  while (!(await responds())) {
    const ended = runningService(directory, name) === undefined;
    if (!ended && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    await stopService(directory, name);
    const what = ended ? "ended at once" : `did not respond within ${startSeconds} seconds`;
    throw new UserError(`The local Supabase API ${what}: its log is ${log}.`);
  }
}

async function portUsedBefore(directory: string): Promise<number | undefined> {
  const port = Number(await readFile(portFile(directory), "utf8").catch(() => ""));
  return Number.isInteger(port) && port > 0 && (await portIsFree(port)) ? port : undefined;
}

function portFile(directory: string): string {
  return path.join(directory, `${name}.port`);
}

function endpointOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
