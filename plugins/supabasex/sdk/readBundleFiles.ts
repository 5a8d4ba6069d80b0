import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../foundation/userError";
import { bundleFolders, kindOf, normalise, sha256Of } from "../bundleFiles";

/**
 * Returns the hash of each file of the bundle in `directory`, as SqlBundle expects them: `migrations/**` and
 * `repeatable/**`, keyed by their path below the directory, sorted. Throws a UserError if the directory does not exist.
 */
export function readBundleFiles(directory: string): Record<string, string> {
  if (!existsSync(directory)) {
    throw new UserError(`There is no SQL bundle at ${directory}: give the folder that contains migrations/.`);
  }
  const files: [string, string][] = [];
  for (const folder of bundleFolders) {
    for (const file of filesBelow(path.join(directory, folder))) {
      const key = path.relative(directory, file).split(path.sep).join("/");
      if (kindOf(key) === undefined) continue;
      files.push([key, sha256Of(normalise(readFileSync(file, "utf8")))]);
    }
  }
  return Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".")) return [];
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(full) : [full];
  });
}
