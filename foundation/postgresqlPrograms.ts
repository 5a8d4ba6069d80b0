import { accessSync, constants, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "./userError";

/** Where the packages of Debian and of the PostgreSQL project put each major version. */
export const versionedPackages = "/usr/lib/postgresql";

/** The setting that names the one folder whose programs of PostgreSQL are used, server and client alike. */
export const postgresqlBinVariable = "POSTGRESQL_BIN";

/**
 * Returns the folder that POSTGRESQL_BIN names, or undefined when it is not set.
 * @throws UserError when it does not name a folder.
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
 * Returns the folders to look for PostgreSQL's programs in, without duplicates: the one of POSTGRESQL_BIN alone where it
 * is set, else those of the versioned packages from the newest to the oldest, then those of PATH. Which of several
 * versions is used is for the caller to decide by version, not by this order.
 * @throws UserError when POSTGRESQL_BIN does not name a folder.
 */
export function postgresqlFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  const only = postgresqlBin(environment);
  if (only !== undefined) return [only];
  const searchPath = (environment.PATH ?? "").split(path.delimiter).filter((entry) => path.isAbsolute(entry));
  return [...new Set([...versionedFolders(), ...searchPath])];
}

/** Returns whether all of these programs are in the folder and may be run. */
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
