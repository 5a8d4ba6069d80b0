import { createHash } from "node:crypto";

/** The contract between the program, which lists the files with their hashes, and the provider, which verifies them. */

export type FileKind = "migration" | "repeatable";

/**
 * Path below the bundle's directory, with forward slashes → SHA-256, in hex, of the normalised text. (One string per file,
 * because a project may have thousands, and the engine transfers them about ten times per preview.)
 */
export type FileHashes = Readonly<Record<string, string>>;

/** The folders of a bundle. Files in other folders (`diagnostics/`) are not part of it. */
const folders: Readonly<Record<string, FileKind>> = { migrations: "migration", repeatable: "repeatable" };

/** Returns the kind of a file from its folder; `undefined` for a file that is not part of the bundle. */
export function kindOf(path: string): FileKind | undefined {
  if (!/\.sql$/i.test(path)) return undefined;
  return folders[path.split("/", 1)[0] ?? ""];
}

export const bundleFolders = Object.keys(folders);

/** Returns the text without differences that do not count as a change: line endings, a byte order mark, trailing newlines. */
export function normalise(text: string): string {
  const unix = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  return `${unix.replace(/\n+$/, "")}\n`;
}

export function sha256Of(normalisedText: string): string {
  return createHash("sha256").update(normalisedText, "utf8").digest("hex");
}

/** Returns the version of a migration; `undefined` for another file. */
const versionOf = (path: string): string | undefined => /^migrations\/(\d{14})_[^/]+\.sql$/.exec(path)?.[1];

export interface BaselineIssue {
  readonly reason: string;
  /** The version that was most likely meant. */
  readonly nearest?: string;
}

/**
 * Returns what is wrong with a baseline of 14 digits; `undefined` if a migration has that version.
 *
 * @param paths of the bundle's files, in any order
 */
export function baselineIssue(baseline: string, paths: readonly string[]): BaselineIssue | undefined {
  const versions = paths
    .flatMap((path) => {
      const version = versionOf(path);
      return version === undefined ? [] : [{ path, version }];
    })
    .sort((a, b) => (a.version < b.version ? -1 : 1));
  if (versions.some(({ version }) => version === baseline)) return undefined;
  const wrongDigits = ({ version }: { version: string }) =>
    [...version].filter((digit, at) => digit !== baseline[at]).length;
  const [first, ...others] = versions;
  if (first === undefined)
    return {
      reason: `is ${baseline}, and the bundle has no migrations: add the file, or remove the setting`,
    };
  const nearest = others.reduce((best, one) => (wrongDigits(one) < wrongDigits(best) ? one : best), first);
  return {
    reason: `is ${baseline}, but no migration has this version: the nearest is ${nearest.version} (${nearest.path})`,
    nearest: nearest.version,
  };
}
