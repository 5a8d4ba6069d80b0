import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { holdsPrograms, postgresqlFolders } from "../../foundation/postgresqlPrograms";
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

const versionPattern = /\) (\d+(?:\.\d+)*|\d+\w+)/;

/**
 * Finds `pg_dump` and `pg_restore`, the newest that are installed or those of POSTGRESQL_BIN, and `zstd`.
 * @throws UserError that names what is missing and how to install it.
 */
export async function findTools(): Promise<Tools> {
  const folder = await newestFolder();
  const pgDump = path.join(folder, "pg_dump");
  const pgRestore = path.join(folder, "pg_restore");
  const pgDumpVersion = await versionOf(pgDump, versionPattern, "postgresql-client");
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

/** The folder with the newest `pg_dump` that has a `pg_restore` beside it; of equals, the first. */
async function newestFolder(): Promise<string> {
  const folders = postgresqlFolders().filter((folder) => holdsPrograms(folder, "pg_dump", "pg_restore"));
  const found = await Promise.all(
    folders.map(async (folder) => {
      const version = await askVersion(path.join(folder, "pg_dump"), versionPattern);
      return { folder, major: Number.parseInt(version ?? "0", 10) };
    }),
  );
  const [newest] = found.filter(({ major }) => major > 0).sort((a, b) => b.major - a.major);
  if (newest === undefined) throw missingProgram("pg_dump", "postgresql-client");
  return newest.folder;
}

async function versionOf(program: string, pattern: RegExp, debianPackage: string): Promise<string> {
  const version = await askVersion(program, pattern);
  if (version === undefined) throw missingProgram(program, debianPackage);
  return version;
}

/** Returns what the program tells of its version; undefined where there is no usable one. */
async function askVersion(program: string, pattern: RegExp): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ["--version"]);
    return pattern.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function missingProgram(program: string, debianPackage: string): UserError {
  return new UserError(
    `There is no usable ${path.basename(program)} here: install it (Debian's package ${debianPackage}).`,
    exitCodes.usage,
  );
}
