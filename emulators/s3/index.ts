import { mkdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { writeFileAtomically } from "../../foundation/atomicFile";
import { isSameProcess } from "../../foundation/processLock/identity.mjs";
import { withLock } from "../../foundation/processLock/lock.mjs";
import { UserError } from "../../foundation/userError";
import {
  freePort,
  portIsFree,
  runningService,
  type ServiceRecord,
  startService,
  stopService,
} from "../process";
import { ensureS3Installed, type Progress } from "./installation";

export { ensureS3Installed, requireS3Tools } from "./installation";

export interface S3Options {
  /** Folder of all files of this server, including buckets. Created if missing. */
  readonly directory: string;
  /** Default: the previous port if it is free, else a free one. */
  readonly port?: number;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Region that requests must be signed for. Default `us-east-1`. */
  readonly region?: string;
  readonly progress?: Progress;
}

export interface S3Server {
  /** `http://127.0.0.1:<port>`; buckets are named in the path. */
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  /** Stops the server. Its objects remain. */
  stop(): Promise<void>;
}

/** The state of a server between starts. */
interface Memory {
  readonly port?: number;
}

const serviceName = "s3";
const startSeconds = 20;
const attempts = 5;

/**
 * Starts the S3 server of a directory, or adopts the one that runs. It listens on loopback, outlives this process, and
 * keeps objects, versions and locks on disk. See docs/adr/0005-local-s3.md.
 */
export async function startS3(options: S3Options): Promise<S3Server> {
  mkdirSync(options.directory, { recursive: true });
  const directory = realpathSync(options.directory);
  return await withLock(path.join(directory, "lock"), async () => {
    const program = await ensureS3Installed(options.progress ?? (() => undefined));
    const running = runningService(s3Registry(directory), serviceName);
    // If its folder was moved, the process still uses the old path.
    const isInPlace = JSON.stringify(running?.command) === JSON.stringify(commandOn(directory, program));
    const isAsked =
      isInPlace && running?.port !== undefined && (options.port ?? running.port) === running.port;
    // A server that is being killed is visible for a moment. If it ends before it responds, it is replaced.
    if (isAsked && (await answersOrEnds(running, running.port)) === "answers") {
      return serverOf(directory, running, running.port);
    }
    if (running !== undefined) await stopService(s3Registry(directory), serviceName);
    return await launch(program, directory, options);
  });
}

/** Stops the server of a directory if it is running. */
export async function stopS3(directory: string): Promise<void> {
  await stopService(s3Registry(directory), serviceName);
}

async function launch(program: string, directory: string, options: S3Options): Promise<S3Server> {
  for (const folder of Object.values(foldersOf(directory))) mkdirSync(folder, { recursive: true });
  let wanted = options.port ?? readMemory(directory).port;
  for (let attempt = 1; ; attempt++) {
    const isFree = wanted !== undefined && (await portIsFree(wanted));
    if (!isFree && options.port !== undefined) throw portTaken(options.port);
    const port = isFree && wanted !== undefined ? wanted : await freePort();
    const record = await startService(s3Registry(directory), {
      name: serviceName,
      command: commandOn(directory, program),
      log: path.join(directory, "log"),
      port,
      // In the environment, because every user of the machine can read the command line.
      environment: {
        PATH: process.env.PATH,
        VGW_PORT: `127.0.0.1:${port}`,
        VGW_REGION: options.region ?? "us-east-1",
        VGW_QUIET: "true",
        ROOT_ACCESS_KEY_ID: options.accessKey,
        ROOT_SECRET_ACCESS_KEY: options.secretKey,
      },
    });
    try {
      if ((await answersOrEnds(record, port)) === "ended") {
        throw new Error(`the S3 server ended while starting:\n${tail(record.log)}`);
      }
      writeFileAtomically(memoryFile(directory), `${JSON.stringify({ port } satisfies Memory)}\n`);
      return serverOf(directory, record, port);
    } catch (error) {
      await stopService(s3Registry(directory), serviceName);
      // Another process may have taken the port between the check and the start.
      if (attempt === attempts || (await portIsFree(port))) throw error;
      if (options.port !== undefined) throw portTaken(options.port);
      wanted = undefined;
    }
  }
}

function foldersOf(directory: string): { objects: string; versions: string } {
  return { objects: path.join(directory, "objects"), versions: path.join(directory, "versions") };
}

function commandOn(directory: string, program: string): [string, ...string[]] {
  const { objects, versions } = foldersOf(directory);
  return [program, "posix", "--versioning-dir", versions, objects];
}

/** Returns whether the server sends any response. Without credentials, it refuses the request. */
async function answersOrEnds(record: ServiceRecord, port: number): Promise<"answers" | "ended"> {
  const deadline = performance.now() + startSeconds * 1000;
  for (;;) {
    if (!isSameProcess(record)) return "ended";
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      if (isSameProcess(record)) return "answers";
    } catch {
      if (performance.now() > deadline) {
        throw new Error(`the S3 server did not respond within ${startSeconds} s:\n${tail(record.log)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function serverOf(directory: string, { pid }: ServiceRecord, port: number): S3Server {
  return { endpoint: `http://127.0.0.1:${port}`, port, pid, stop: async () => await stopS3(directory) };
}

function portTaken(port: number): UserError {
  return new UserError(
    `Port ${port} on 127.0.0.1, where the S3 server should listen, is taken: end the program that uses it or choose another port.`,
  );
}

/** Returns the folder of the server's process record. */
export function s3Registry(directory: string): string {
  return path.join(directory, "service");
}

function memoryFile(directory: string): string {
  return path.join(directory, "memory.json");
}

function readMemory(directory: string): Memory {
  try {
    return JSON.parse(readFileSync(memoryFile(directory), "utf8")) as Memory;
  } catch {
    return {};
  }
}

function tail(file: string): string {
  return readFileSync(file, "utf8").trim().split("\n").slice(-10).join("\n");
}
