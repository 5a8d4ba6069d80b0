import { accessSync, constants, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "./userError";

/** The folder in which Debian's and the PostgreSQL project's packages install each major version. */
export const versionedPackages = "/usr/lib/postgresql";

/** The variable that names the only folder of PostgreSQL programs to use, for server and client. */
export const postgresqlBinVariable = "POSTGRESQL_BIN";

/**
 * Returns the folder in POSTGRESQL_BIN; undefined if it is not set.
 * @throws UserError if it is not a folder.
 */
export function postgresqlBin(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = environment[postgresqlBinVariable];
  if (folder === undefined || folder === "") return undefined;
  if (path.isAbsolute(folder) && isFolder(folder)) return folder;
  throw new UserError(
    `${postgresqlBinVariable} is ${folder}, which is not the absolute path of a folder: set it to the folder of PostgreSQL's programs, such as ${versionedPackages}/17/bin, or unset it.`,
  );
}

/**
 * Returns the folders to search for PostgreSQL's programs, without duplicates: only POSTGRESQL_BIN if it is set, else those of
 * the versioned packages from newest to oldest, then those on PATH. The caller must choose by version, not by this order.
 * @throws UserError if POSTGRESQL_BIN is not a folder.
 */
export function postgresqlFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  const only = postgresqlBin(environment);
  if (only !== undefined) return [only];
  const searchPath = (environment.PATH ?? "").split(path.delimiter).filter((entry) => path.isAbsolute(entry));
  return [...new Set([...versionedFolders(), ...searchPath])];
}

/** Returns whether all of these programs are in the folder and executable. */
export function holdsPrograms(folder: string, ...programs: string[]): boolean {
  return programs.every((program) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function versionedFolders(): string[] {
  try {
    return readdirSync(versionedPackages)
      .filter((name) => Number.isInteger(Number(name)))
      .sort((a, b) => Number(b) - Number(a))
      .map((name) => path.join(versionedPackages, name, "bin"));
  } catch {
    return [];
  }
}

function isFolder(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
