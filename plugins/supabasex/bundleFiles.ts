import { createHash } from "node:crypto";

/** What both sides agree on: the program names the files with their hashes, the provider verifies them. */

export type FileKind = "migration" | "repeatable";

/**
 * Path below the bundle's directory, with forward slashes → SHA-256, in hex, of the normalised text. (One text per file: a
 * project may have thousands, and the engine passes them to and fro some ten times in a preview.)
 */
export type FileHashes = Readonly<Record<string, string>>;

/** The folders of a bundle. What lies elsewhere (`diagnostics/`) is not part of it. */
const folders: Readonly<Record<string, FileKind>> = { migrations: "migration", repeatable: "repeatable" };

/** The kind of a file, by its folder; `undefined` for a file that is not part of the bundle. */
export function kindOf(path: string): FileKind | undefined {
  if (!/\.sql$/i.test(path)) return undefined;
  return folders[path.split("/", 1)[0] ?? ""];
}

export const bundleFolders = Object.keys(folders);

/** Line ends, a byte order mark and newlines at the end are no change of a file. */
export function normalise(text: string): string {
  const unix = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  return `${unix.replace(/\n+$/, "")}\n`;
}

export function sha256Of(normalisedText: string): string {
  return createHash("sha256").update(normalisedText, "utf8").digest("hex");
}
