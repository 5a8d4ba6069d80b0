import { type Stats, statSync } from "node:fs";
import path from "node:path";

/** The stat of an executable file that is not empty; undefined for anything else. */
export function executableStat(file: string): Stats | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() && stats.size > 0 && (stats.mode & 0o111) !== 0 ? stats : undefined;
}

export function isExecutable(file: string): boolean {
  try {
    return executableStat(file) !== undefined;
  } catch {
    // A folder of PATH that we may not look into.
    return false;
  }
}

/** The first of the folders' executables of that name. */
export function findExecutable(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}
