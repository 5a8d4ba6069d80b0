import { spawnSync } from "node:child_process";
import path from "node:path";
import { UserError } from "../../foundation/userError";

/** As whom, and how, the programs of PostgreSQL are run: they refuse to run as root. */
export interface ServerUser {
  /** Who owns the server's files and runs it; undefined: ourselves. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Words before a command that make the switch to the owner, where the plain one is not enough. */
  readonly prefix: readonly string[];
}

/** The parts of the system that the choice depends on; tests put others in their place. */
export interface UserSystem {
  readonly effectiveUid: number;
  /** Exit code of a command run as that user, and what it printed; 127 when there is no such command. */
  run(command: readonly string[], as?: { uid: number; gid: number }): { code: number; output: string };
}

const keepDirectorySearch = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];

/**
 * Chooses the user for servers whose data is below `directory`. As root that is `postgres`. A checkout may lie below
 * a folder that only root can enter; then the server keeps the one capability of entering folders.
 */
export function serverUserFor(directory: string, system: UserSystem = realSystem): ServerUser {
  if (system.effectiveUid !== 0) return { prefix: [] };
  const uid = Number(system.run(["id", "-u", "postgres"]).output || Number.NaN);
  const gid = Number(system.run(["id", "-g", "postgres"]).output || Number.NaN);
  if (!Number.isInteger(uid) || !Number.isInteger(gid)) {
    throw new UserError(
      "PostgreSQL does not run as root and this machine has no user named postgres: create one (`useradd --system postgres`) or run this as another user than root.",
    );
  }
  // Looking at "." inside needs the right to enter; `test -x` would guess from the mode and miss capabilities.
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
    `PostgreSQL runs as the user postgres, who cannot enter ${directory}: let others pass through the folders above it (\`chmod o+x ${path.dirname(directory)}\` and up), or use a checkout elsewhere, or run this as another user than root.`,
  );
}

/** How to spawn a program of PostgreSQL as this user. */
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
