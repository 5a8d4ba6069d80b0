import { existsSync } from "node:fs";
import { chmod, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { userCache } from "../../../foundation/userCache";
import { messageOf } from "../../../foundation/userError";

/** A package of PyPI that contains PostgreSQL 16.2 with its clients; Debian only has 15 and 17. */
const wheel = "pgserver==0.1.4";
const target = [
  "--only-binary=:all:",
  "--no-deps",
  "--python-version=3.11",
  "--platform=manylinux2014_x86_64",
];

export interface Postgres16 {
  /** Folder of its programs, which the server's user can read. */
  readonly binDirectory: string;
  remove(): Promise<void>;
}

/** Returns why there is no PostgreSQL 16 for this machine; undefined if there is one. */
export async function postgres16Problem(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return "its package is for Linux on x64";
  try {
    await installPostgres16();
    return undefined;
  } catch (error) {
    return `pip cannot install ${wheel}: ${messageOf(error)}`;
  }
}

async function installPostgres16(): Promise<string> {
  const folder = userCache("postgres-16");
  if (!existsSync(path.join(folder, "pgserver"))) {
    await execa("python3", ["-m", "pip", "install", "--quiet", ...target, "--target", folder, wheel]);
  }
  return folder;
}

/** Copies the programs to where the user of a server started by root can read them. */
export async function copyPostgres16(): Promise<Postgres16> {
  const folder = await mkdtemp(path.join(tmpdir(), "thorbis-test-"));
  await chmod(folder, 0o755);
  // With the folders beside it: the programs look for their libraries there.
  await cp(await installPostgres16(), path.join(folder, "package"), { recursive: true });
  const binDirectory = path.join(folder, "package", "pgserver", "pginstall", "bin");
  await execa("chmod", ["-R", "a+rX", folder]);
  await execa("sh", ["-c", 'chmod a+x "$0"/*', binDirectory]);
  return { binDirectory, remove: async () => await rm(folder, { recursive: true, force: true }) };
}
