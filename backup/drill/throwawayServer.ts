import { randomBytes } from "node:crypto";
import { chownSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type RunningProgram, startProgram } from "../childProcess";
import type { DatabaseSettings } from "../environment";
import { connect } from "../postgres/connect";
import { placeHostedRights } from "./hostedRights";
import { drillFolderPrefix, noteOwner, sweepKilledDrills } from "./leftovers";
import type { ServerPrograms } from "./serverPrograms";

/** A PostgreSQL server with an empty database on loopback, which is deleted afterwards. */
export interface ThrowawayServer {
  /** Of the superuser. */
  readonly settings: DatabaseSettings;
  /** Returns whether it still runs. Failures after its end say nothing about the backup. */
  isRunning(): boolean;
  remove(): Promise<void>;
}

const startSeconds = 30;

export interface ThrowawayServerOptions {
  readonly programs: ServerPrograms;
  /** Name of the superuser. */
  readonly superuser: "postgres" | "supabase_admin";
  /** Path of the library with hosted privileges. Without it the server is plain PostgreSQL. */
  readonly hostedRights?: string | undefined;
  readonly signal: AbortSignal;
}

/** Starts a server, after removing what killed drills left. */
export async function startThrowawayServer({
  programs,
  superuser,
  hostedRights,
  signal,
}: ThrowawayServerOptions): Promise<ThrowawayServer> {
  await sweepKilledDrills();
  const folder = await mkdtemp(path.join(tmpdir(), drillFolderPrefix));
  let server: RunningProgram | undefined;
  const remove = async (): Promise<void> => {
    // Immediately and without a checkpoint, because nothing is kept.
    server?.child.kill("SIGQUIT");
    await server?.ended.catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await noteOwner(folder);
    const user = unprivilegedUser();
    const password = randomBytes(24).toString("base64url");
    const passwordFile = path.join(folder, "password");
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user !== undefined) for (const file of [folder, passwordFile]) chownSync(file, user.uid, user.gid);
    const data = path.join(folder, "data");
    const options = {
      environment: { PATH: process.env.PATH, LC_ALL: "C" },
      stdio: ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"],
      user,
      signal,
    };
    await startProgram(
      path.join(programs.folder, "initdb"),
      [
        `--pgdata=${data}`,
        `--username=${superuser}`,
        "--auth=scram-sha-256",
        `--pwfile=${passwordFile}`,
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
      ],
      options,
    ).ended;
    const port = await freePort();
    const libraries = [
      ...(programs.hasCron ? ["pg_cron"] : []),
      ...(hostedRights === undefined ? [] : [`"${await placeHostedRights(hostedRights, folder, user)}"`]),
    ];
    const configuration = {
      port,
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      // A temporary server need not survive a power failure.
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      wal_level: "minimal",
      max_wal_senders: 0,
      max_wal_size: "4GB",
      maintenance_work_mem: "128MB",
      // Containers have a small /dev/shm.
      dynamic_shared_memory_type: "mmap",
      ...(libraries.length > 0 ? { shared_preload_libraries: libraries.join(", ") } : {}),
      // Jobs are created but never run, because they may affect other systems.
      ...(programs.hasCron ? { "cron.max_running_jobs": 0 } : {}),
    };
    const given = Object.entries(configuration).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    server = startProgram(path.join(programs.folder, "postgres"), ["-D", data, ...given], options);
    const settings: DatabaseSettings = {
      host: "127.0.0.1",
      port,
      database: "postgres",
      user: superuser,
      password,
      sslMode: "disable",
    };
    await untilItAnswers(settings, server);
    const { child } = server;
    return { settings, remove, isRunning: () => child.exitCode === null && child.signalCode === null };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function untilItAnswers(settings: DatabaseSettings, server: RunningProgram): Promise<void> {
  const deadline = performance.now() + startSeconds * 1000;
  for (;;) {
    try {
      const client = await connect(settings, 1);
      await client.end();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    // Throws if the server has ended.
    await Promise.race([server.ended, new Promise((resolve) => setTimeout(resolve, 50))]);
    if (server.child.exitCode !== null) throw new Error("the server exited during startup");
  }
}

/** Returns another user, because PostgreSQL refuses to run as root. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const found = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody");
  if (found === undefined) throw new Error("no unprivileged user is available to run PostgreSQL");
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object"
          ? resolve(address.port)
          : reject(new Error("no port")),
      );
    });
  });
}
