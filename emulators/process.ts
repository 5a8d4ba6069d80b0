import { execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { writeFileAtomically } from "../foundation/atomicFile";
import { identifyProcess, isSameProcess, type ProcessIdentity } from "../foundation/processLock/identity.mjs";

/** The record of a background service, with which another command can find and stop it. */
export interface ServiceRecord extends ProcessIdentity {
  readonly name: string;
  /** Path of the record at the start. The folder may have been moved or copied since. */
  readonly registry: string;
  readonly command: readonly string[];
  readonly log: string;
  readonly port?: number;
}

export interface ServiceDefinition {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** File to which standard output and error are appended. */
  readonly log: string;
  readonly port?: number;
  readonly cwd?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Runs it as another user, which only root can do. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Returns the command line of a live process, joined by spaces; empty if it cannot be read. */
export function commandLineOf({ pid }: ProcessIdentity): string {
  try {
    if (process.platform === "linux")
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ");
    return execFileSync("ps", ["-o", "command=", "-ww", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

/** Starts a service that outlives this process, and records it in `<registry>/<name>.json`. */
export async function startService(registry: string, definition: ServiceDefinition): Promise<ServiceRecord> {
  mkdirSync(registry, { recursive: true });
  mkdirSync(path.dirname(definition.log), { recursive: true });
  const [file, ...args] = definition.command;
  const log = openSync(definition.log, "a", 0o600);
  try {
    const child = spawn(file, args, {
      detached: true,
      stdio: ["ignore", log, log],
      cwd: definition.cwd,
      env: definition.environment ?? process.env,
      uid: definition.uid,
      gid: definition.gid,
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    const pid = child.pid ?? 0;
    const record: ServiceRecord = {
      name: definition.name,
      registry: realpathSync(registry),
      command: definition.command,
      log: definition.log,
      ...(definition.port === undefined ? {} : { port: definition.port }),
      // If it has ended already, records a start time that no process has.
      ...(identifyProcess(pid) ?? { pid, startTime: "" }),
    };
    writeRecord(record);
    return record;
  } finally {
    closeSync(log);
  }
}

/** Returns the recorded service if it is running. The record of a dead one and the copy of a record do not count. */
export function runningService(registry: string, name: string): ServiceRecord | undefined {
  const record = readRecord(recordFile(registry, name));
  if (record === undefined || !isSameProcess(record)) return undefined;
  const here = realpathSync(registry);
  if (record.registry === here) return record;
  // The record in a copied folder describes the original's service. A moved folder keeps its own.
  if (readRecord(recordFile(record.registry, name))?.pid === record.pid) return undefined;
  const moved: ServiceRecord = { ...record, registry: here };
  writeRecord(moved);
  return moved;
}

/** Returns all running services of a registry, by name. */
export function runningServices(registry: string): ServiceRecord[] {
  let files: string[];
  try {
    files = readdirSync(registry).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
  return files.sort().flatMap((file) => runningService(registry, path.basename(file, ".json")) ?? []);
}

/** Stops a recorded service and deletes its record. Does nothing if it is not running. */
export async function stopService(
  registry: string,
  name: string,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<void> {
  const record = runningService(registry, name);
  if (record !== undefined) await stopProcess(record, signal);
  rmSync(recordFile(registry, name), { force: true });
}

/**
 * Signals a process and returns once it has exited. Sends SIGKILL after `patienceSeconds` (default 30). Safe to call for a
 * process that has ended: never signals a later process with the same id.
 */
export async function stopProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals = "SIGTERM",
  patienceSeconds = 30,
): Promise<void> {
  sendSignal(identity, signal);
  if (await hasExited(identity, patienceSeconds)) return;
  sendSignal(identity, "SIGKILL");
  if (!(await hasExited(identity, patienceSeconds))) {
    throw new Error(`process ${identity.pid} is still running ${patienceSeconds} s after SIGKILL`);
  }
}

function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isSameProcess(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function hasExited(identity: ProcessIdentity, seconds: number): Promise<boolean> {
  return await waitUntil(() => !isSameProcess(identity), seconds);
}

/** Checks every 20 ms until the condition holds. Returns false if it does not in time. */
export async function waitUntil(condition: () => boolean, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** Returns whether a server could listen on this loopback port now. */
export async function portIsFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Below the ephemeral ports (from 32768 on Linux, from 49152 elsewhere). */
const lowestPort = 20_000;
const highestPort = 32_767;
const portTries = 200;

/**
 * Returns a free loopback port that is not ephemeral. The system may give an ephemeral port to an outgoing connection, and a
 * stopped service would find its port taken at the next start.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < portTries; tries++) {
    const port = randomInt(lowestPort, highestPort + 1);
    if (await portIsFree(port)) return port;
  }
  throw new Error(
    `none of ${portTries} ports tried between ${lowestPort} and ${highestPort} is free on 127.0.0.1`,
  );
}

function recordFile(registry: string, name: string): string {
  return path.join(registry, `${name}.json`);
}

function writeRecord(record: ServiceRecord): void {
  writeFileAtomically(recordFile(record.registry, record.name), `${JSON.stringify(record, null, 2)}\n`);
}

function readRecord(file: string): ServiceRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ServiceRecord;
  } catch {
    return undefined;
  }
}
