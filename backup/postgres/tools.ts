import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { holdsPrograms, postgresqlFolders } from "../../foundation/postgresqlPrograms";
import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";

/** The programs that a backup runs, all from one major version of PostgreSQL, with their versions. */
export interface Tools {
  readonly pgDump: string;
  readonly pgRestore: string;
  readonly psql: string;
  /** `17.2` */
  readonly pgDumpVersion: string;
  readonly pgDumpMajor: number;
  readonly zstdVersion: string;
}

const programs = ["pg_dump", "pg_restore", "psql"] as const;
const versionPattern = /\) (\d+(?:\.\d+)*|\d+\w+)/;

/**
 * Finds `pg_dump`, `pg_restore` and `psql` of a major version, and `zstd`. A newer pg_dump reads an older server, but
 * its output can only be restored into a newer server. So a dump, a restore and a drill each use the programs of their
 * own server's version. POSTGRESQL_BIN is searched first; if it has another version, the installed packages are
 * searched too.
 *
 * @param major 15, 16, 17; default: the newest installed version, which reads every archive
 * @throws UserError with what is missing and how to install it.
 */
export async function findTools(major?: number): Promise<Tools> {
  const zstdVersion = await askVersion("zstd", /v(\d+(?:\.\d+)+)/);
  if (zstdVersion === undefined) throw missing("zstd", "zstd");
  const found = await findFolder(major);
  if (found === undefined) {
    throw major === undefined
      ? missing("pg_dump", "postgresql-client")
      : missing(`pg_dump of PostgreSQL ${major}`, `postgresql-client-${major}`);
  }
  const { folder, version } = found;
  return {
    pgDump: path.join(folder, "pg_dump"),
    pgRestore: path.join(folder, "pg_restore"),
    psql: path.join(folder, "psql"),
    pgDumpVersion: version,
    pgDumpMajor: Number.parseInt(version, 10),
    zstdVersion,
  };
}

/** Returns the folder with all programs of this version, or of the newest. If there are several, the first. */
async function findFolder(
  major: number | undefined,
): Promise<{ readonly folder: string; readonly version: string } | undefined> {
  const { POSTGRESQL_BIN: _, ...packaged } = process.env;
  const folders = new Set([
    ...postgresqlFolders(),
    ...(major === undefined ? [] : postgresqlFolders(packaged)),
  ]);
  const found = await Promise.all(
    [...folders]
      .filter((folder) => holdsPrograms(folder, ...programs))
      .map(async (folder) => ({
        folder,
        version: (await askVersion(path.join(folder, "pg_dump"), versionPattern)) ?? "0",
      })),
  );
  const majorOf = ({ version }: { version: string }): number => Number.parseInt(version, 10);
  const [first] = found
    .filter((candidate) => (major === undefined ? majorOf(candidate) > 0 : majorOf(candidate) === major))
    .sort((a, b) => majorOf(b) - majorOf(a));
  return first;
}

/** Returns the version that the program reports; undefined if it is not usable. */
async function askVersion(program: string, pattern: RegExp): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ["--version"]);
    return pattern.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function missing(what: string, debianPackage: string): UserError {
  return new UserError(
    `There is no usable ${what} here: install it (Debian's package ${debianPackage}).`,
    exitCodes.usage,
  );
}
