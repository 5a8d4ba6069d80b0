import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

export interface FunctionFiles {
  readonly entrypoint: string;
  readonly importMap?: string;
  readonly staticFiles?: readonly string[];
}

/** Returns the files that match the patterns, like Go's filepath.Glob: `*`, `?` and `[…]` match within one folder level. */
export function globFiles(patterns: readonly string[]): string[] {
  return [...new Set(patterns.flatMap(glob))].filter((file) => statSync(file).isFile()).sort();
}

function glob(pattern: string): string[] {
  const root = path.isAbsolute(pattern) ? "/" : "";
  let found = [root];
  for (const segment of pattern.split("/").filter((part) => part !== "")) {
    const isPattern = /[*?[]/.test(segment);
    const matches = new RegExp(`^${segmentExpression(segment)}$`);
    found = found.flatMap((folder) => {
      const join = (name: string) => (folder === "" ? name : path.posix.join(folder, name));
      if (!isPattern) return statSync(join(segment), { throwIfNoEntry: false }) ? [join(segment)] : [];
      return entries(folder)
        .filter((name) => matches.test(name))
        .map(join);
    });
  }
  return found.filter((file) => file !== root);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder === "" ? "." : folder);
  } catch {
    return [];
  }
}

function segmentExpression(segment: string): string {
  return segment
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
}

/** Returns the SHA-256 of the paths, as given, and the contents. A changed path counts as a change. */
export function localChecksum({ entrypoint, importMap, staticFiles = [] }: FunctionFiles): string {
  const hash = createHash("sha256");
  const files = [entrypoint, ...(importMap === undefined ? [] : [importMap]), ...globFiles(staticFiles)];
  for (const file of files) hash.update(file).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}
