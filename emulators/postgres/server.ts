import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { writeFileAtomically } from "../../foundation/atomicFile";
import {
  identifyProcess,
  isSameProcess,
  type ProcessIdentity,
} from "../../foundation/processLock/identity.mjs";
import { UserError } from "../../foundation/userError";
import { commandLineOf, startService, stopProcess, waitUntil } from "../process";
import { pgHbaConf, postgresqlConf } from "./configuration";
import type { PostgresInstallation } from "./installation";
import { asServerUser, type ServerUser } from "./serverUser";

/** A data directory and its server. */
export interface Server {
  readonly dataDirectory: string;
  /** Folder of the process's record and the log. */
  readonly directory: string;
}

export interface RunningServer {
  readonly process: ProcessIdentity;
  readonly port: number;
}

export interface LaunchOptions {
  readonly installation: PostgresInstallation;
  readonly user: ServerUser;
  readonly port: number;
  /** Built library to load into every session. Default: none, which gives a plain PostgreSQL. */
  readonly hostedRights?: string;
  readonly durable: boolean;
}

const startSeconds = 60;

/** Another process took the port after we had checked it. */
export class PortTaken extends Error {}

/** The data directory is in use by sessions of a killed server, or by a server that a killed start left running. */
export class StillInUse extends Error {}

/** Creates a data directory whose only superuser is supabase_admin. The folder appears only when it is complete. */
export async function initializeDataDirectory(
  dataDirectory: string,
  password: string,
  installation: PostgresInstallation,
  { user }: { readonly user: ServerUser },
): Promise<void> {
  const passwordFile = `${dataDirectory}.password`;
  makeOwnedFolder(dataDirectory, user);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  own(passwordFile, user);
  try {
    const { command, ids } = asServerUser(user, path.join(installation.binDirectory, "initdb"), [
      ...["--pgdata", dataDirectory, "--username=supabase_admin", "--pwfile", passwordFile],
      ...["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--data-checksums", "--no-sync"],
    ]);
    const [file, ...args] = command;
    await promisify(execFile)(file, args, { cwd: "/", env: serverEnvironment(), ...ids });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Returns the server that runs on this data directory, regardless of who started it. */
export function findRunning({ dataDirectory }: Server): RunningServer | undefined {
  const lines = readPidFile(dataDirectory);
  const identity = identifyProcess(Number(lines[0]));
  if (identity === undefined) return undefined;
  const isOurs = isStartedOn(dataDirectory, identity) || wasMoved(lines[1], identity);
  return isOurs ? { process: identity, port: Number(lines[3]) } : undefined;
}

function isStartedOn(dataDirectory: string, identity: ProcessIdentity): boolean {
  return commandLineOf(identity).includes(dataDirectory);
}

/** Returns whether the folder in which the server was started is gone. If it exists, ours is only a copy. */
function wasMoved(startedOn: string | undefined, identity: ProcessIdentity): boolean {
  return startedOn !== undefined && isStartedOn(startedOn, identity) && !existsSync(startedOn);
}

/** Returns the running server once it accepts connections. One that a killed start left running may not do so yet. */
export async function adopt(server: Server): Promise<RunningServer | undefined> {
  const found = findRunning(server);
  if (found === undefined) return undefined;
  const { process: identity } = found;
  if (!isStartedOn(server.dataDirectory, identity)) {
    // After its folder was moved, the server runs but cannot open sessions, because its settings name a library at the old path.
    await shutDown(server);
    return undefined;
  }
  await waitUntil(
    () => isReady(server.dataDirectory, identity.pid) || !isSameProcess(identity),
    startSeconds,
  );
  return findRunning(server);
}

/** Starts the server. Returns once it accepts connections. */
export async function launch(server: Server, options: LaunchOptions): Promise<RunningServer> {
  const { dataDirectory } = server;
  const { user, port, installation } = options;
  disownStalePidFile(server);
  const library = path.join(dataDirectory, "hosted_rights.so");
  if (options.hostedRights !== undefined) placeLibrary(options.hostedRights, library, user);
  const configuration = postgresqlConf({
    port,
    durable: options.durable,
    ...(options.hostedRights === undefined ? {} : { hostedRights: library }),
  });
  writeOwned(path.join(dataDirectory, "postgresql.conf"), configuration, user);
  writeOwned(path.join(dataDirectory, "pg_hba.conf"), pgHbaConf, user);

  const log = path.join(server.directory, "server.log");
  const logStart = existsSync(log) ? statSync(log).size : 0;
  const program = asServerUser(user, path.join(installation.binDirectory, "postgres"), ["-D", dataDirectory]);
  const record = await startService(server.directory, {
    name: "server",
    command: program.command,
    log,
    port,
    cwd: "/",
    environment: serverEnvironment(),
    ...program.ids,
  });
  const settled = await waitUntil(
    () => isReady(dataDirectory, record.pid) || !isSameProcess(record),
    startSeconds,
  );
  if (settled && isSameProcess(record)) return { process: record, port };
  await stopProcess(record, "SIGQUIT");
  const text = readFileSync(log, "utf8").slice(logStart).trim();
  if (/could not bind|Address already in use/.test(text)) throw new PortTaken(`port ${port} is taken`);
  if (/pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(text)) {
    throw new StillInUse(text);
  }
  throw new UserError(describeFailedStart(dataDirectory, text), 1, { cause: new Error(text) });
}

/**
 * Returns one sentence that says why a server did not start.
 * @param text - The server's log of this start.
 */
export function describeFailedStart(dataDirectory: string, text: string): string {
  const lines = text.split("\n");
  const issue = lines
    .map((line) => /\b(?:FATAL|PANIC): +(.+)$/.exec(line)?.[1])
    .findLast((found) => found !== undefined);
  const reason = issue ?? (lines.at(-1) || "it wrote nothing to its log");
  return `PostgreSQL did not start on ${dataDirectory} (${reason}): fix the cause and run the command again.`;
}

/** Shuts the server down: closes sessions and writes a checkpoint. */
export async function shutDown(server: Server): Promise<void> {
  const running = findRunning(server);
  if (running !== undefined) await stopProcess(running.process, "SIGINT");
  rmSync(path.join(server.directory, "server.json"), { force: true });
}

/** Copies a data directory that no server uses. Shares blocks if the file system supports it. */
export async function copyDataDirectory(from: string, to: string): Promise<void> {
  const options = process.platform === "linux" ? ["-a", "--reflink=auto"] : ["-Rp"];
  try {
    await promisify(execFile)("cp", [...options, from, to], { cwd: "/" });
  } catch (error) {
    // The output has a line for each file that could not be written. The first states the reason.
    const [line = ""] = String((error as { stderr?: unknown }).stderr ?? "").split("\n");
    throw new Error(`the database's template could not be copied to ${to}: ${line}`, { cause: error });
  }
}

function makeOwnedFolder(folder: string, user: ServerUser): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  own(folder, user);
}

function writeOwned(file: string, text: string, user: ServerUser): void {
  writeFileSync(file, text, { mode: 0o600 });
  own(file, user);
}

/** Replaces the file instead of writing into it, because running sessions have it mapped. */
function placeLibrary(from: string, to: string, user: ServerUser): void {
  const contents = readFileSync(from);
  if (existsSync(to) && readFileSync(to).equals(contents)) return;
  writeFileAtomically(to, contents, { mode: 0o755, owner: user.owner });
}

function own(file: string, { owner }: ServerUser): void {
  if (owner !== undefined) chownSync(file, owner.uid, owner.gid);
}

/** Removes settings of the caller's shell, such as PGDATA or PGPORT, which must not reach the server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("PG"));
  return { ...Object.fromEntries(kept), TZ: "UTC" };
}

/** A process id that no system assigns, which marks a pid file as stale. */
const nobodysPid = 4_194_304;

/**
 * Replaces the process id in the pid file of a killed server. Another program may have that id by now, which PostgreSQL would
 * mistake for a running server. The rest of the file must stay: PostgreSQL uses it to find sessions that outlived the
 * server.
 */
function disownStalePidFile(server: Server): void {
  const [pid, ...rest] = readPidFile(server.dataDirectory);
  if (pid === undefined || findRunning(server) !== undefined || identifyProcess(Number(pid)) === undefined)
    return;
  writeFileSync(path.join(server.dataDirectory, "postmaster.pid"), [nobodysPid, ...rest].join("\n"));
}

function readPidFile(dataDirectory: string): string[] {
  try {
    return readFileSync(path.join(dataDirectory, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return [];
  }
}

/** Reads the server's state from line 8 of the pid file. */
function isReady(dataDirectory: string, pid: number): boolean {
  const lines = readPidFile(dataDirectory);
  return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
}
