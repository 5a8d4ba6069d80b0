import { type Stats, statSync } from "node:fs";
import path from "node:path";

/** Returns the stat of a non-empty executable file; undefined for anything else. */
export function executableStat(file: string): Stats | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() && stats.size > 0 && (stats.mode & 0o111) !== 0 ? stats : undefined;
}

export function isExecutable(file: string): boolean {
  try {
    return executableStat(file) !== undefined;
  } catch {
    // A folder on PATH that this user cannot read.
    return false;
  }
}

/** Returns the first executable with that name in the folders. */
export function findExecutable(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}
