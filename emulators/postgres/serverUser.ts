import { spawnSync } from "node:child_process";
import path from "node:path";
import { UserError } from "../../foundation/userError";

/** The user that runs PostgreSQL's programs, and how to switch to it. They refuse to run as root. */
export interface ServerUser {
  /** The user that owns the server's files and runs it. Undefined: the current user. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** A command prefix that switches to the owner, if setting the uid is not enough. */
  readonly prefix: readonly string[];
}

/** The system for which the user is chosen. Tests pass another one. */
export interface UserSystem {
  readonly effectiveUid: number;
  /** Runs a command as that user and returns its exit code and output; 127 if the command does not exist. */
  run(command: readonly string[], as?: { uid: number; gid: number }): { code: number; output: string };
}

const keepDirectorySearch = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];

/**
 * Chooses the user for servers whose data is in `directory`. As root, this is `postgres`. If only root can enter a parent
 * folder of the checkout, the server keeps the capability to enter folders, and no other.
 */
export function serverUserFor(directory: string, system: UserSystem = realSystem): ServerUser {
  if (system.effectiveUid !== 0) return { prefix: [] };
  const uid = Number(system.run(["id", "-u", "postgres"]).output || Number.NaN);
  const gid = Number(system.run(["id", "-g", "postgres"]).output || Number.NaN);
  if (!Number.isInteger(uid) || !Number.isInteger(gid)) {
    throw new UserError(
      "PostgreSQL does not run as root and this machine has no user named postgres: create one (`useradd --system postgres`) or run this as a user other than root.",
    );
  }
  // Reading "." inside needs permission to enter. `test -x` only looks at the mode and ignores capabilities.
  const entering = ["test", "-d", `${directory}/.`];
  if (system.run(entering, { uid, gid }).code === 0) return { owner: { uid, gid }, prefix: [] };
  const prefix = [
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    ...keepDirectorySearch,
    "--",
  ];
  if (system.run([...prefix, ...entering]).code === 0) return { owner: { uid, gid }, prefix };
  throw new UserError(
    `PostgreSQL runs as the user postgres, which cannot enter ${directory}: let it enter the folders above (\`chmod o+x ${path.dirname(directory)}\` and up), or use a checkout elsewhere, or run this as a user other than root.`,
  );
}

/** Returns how to spawn a program of PostgreSQL as this user. */
export function asServerUser(
  user: ServerUser,
  file: string,
  args: readonly string[],
): { command: [string, ...string[]]; ids: { uid?: number; gid?: number } } {
  const [first = file, ...rest] = [...user.prefix, file, ...args];
  return { command: [first, ...rest], ids: user.prefix.length === 0 ? { ...user.owner } : {} };
}

const realSystem: UserSystem = {
  effectiveUid: process.geteuid?.() ?? -1,
  run([file = "", ...args], as) {
    const result = spawnSync(file, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      cwd: "/",
      ...as,
    });
    return { code: result.status ?? 127, output: (result.stdout ?? "").trim() };
  },
};
