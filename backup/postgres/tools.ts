import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";

/** The programs that do the work, with the versions they tell. */
export interface Tools {
  readonly pgDump: string;
  readonly pgRestore: string;
  /** `17.2` */
  readonly pgDumpVersion: string;
  readonly pgDumpMajor: number;
  readonly zstdVersion: string;
}

/** Where Debian's and PostgreSQL's own packages put each major version. */
const packagesFolder = "/usr/lib/postgresql";

/**
 * Finds `pg_dump` and `pg_restore`, the newest that is installed, and `zstd`.
 * @throws UserError that names what is missing and how to install it.
 */
export async function findTools(): Promise<Tools> {
  const folder = newestPackage();
  const pgDump = folder === undefined ? "pg_dump" : path.join(folder, "pg_dump");
  const pgRestore = folder === undefined ? "pg_restore" : path.join(folder, "pg_restore");
  const pgDumpVersion = await versionOf(pgDump, /\) (\d+(?:\.\d+)*|\d+\w+)/, "postgresql-client");
  await versionOf(pgRestore, /\) (\d+)/, "postgresql-client");
  const zstdVersion = await versionOf("zstd", /v(\d+(?:\.\d+)+)/, "zstd");
  return { pgDump, pgRestore, pgDumpVersion, pgDumpMajor: Number.parseInt(pgDumpVersion, 10), zstdVersion };
}

/** @throws UserError with both versions: an older pg_dump cannot read a newer server. */
export function requireClientAtLeast(tools: Tools, serverVersionNumber: number, serverVersion: string): void {
  if (tools.pgDumpMajor >= Math.floor(serverVersionNumber / 10_000)) return;
  throw new UserError(
    `pg_dump is of version ${tools.pgDumpVersion} and the server of version ${serverVersion}: install a client that is at least as new as the server.`,
  );
}

function newestPackage(): string | undefined {
  let majors: number[];
  try {
    majors = readdirSync(packagesFolder).map(Number);
  } catch {
    return undefined;
  }
  const folders = majors
    .filter((major) => Number.isInteger(major))
    .sort((a, b) => b - a)
    .map((major) => path.join(packagesFolder, String(major), "bin"));
  // A server package without its client leaves a folder, too.
  return folders.find((folder) => {
    try {
      const programs = readdirSync(folder);
      return programs.includes("pg_dump") && programs.includes("pg_restore");
    } catch {
      return false;
    }
  });
}

async function versionOf(program: string, pattern: RegExp, debianPackage: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, ["--version"]);
    const version = pattern.exec(stdout)?.[1];
    if (version !== undefined) return version;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  throw new UserError(
    `There is no usable ${path.basename(program)} here: install it (Debian's package ${debianPackage}).`,
    exitCodes.usage,
  );
}
