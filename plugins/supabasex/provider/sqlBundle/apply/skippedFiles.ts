import { SqlFileError } from "../source/errors";
import type { BundleFile } from "../source/files";
import { mentions } from "../source/mentions";
import { needsEarlierCommit } from "./stopped";

/** A file that a dry run leaves out, and the reason as the end of a sentence. */
export interface SkippedFile {
  readonly file: BundleFile;
  readonly why: string;
}

/** The server's messages about missing objects. */
const missing: ReadonlySet<string> = new Set(["42P01", "42703", "42704", "42883", "3F000", "42P02"]);

/**
 * Returns why a dry run, which commits nothing, cannot judge a file that failed in it; `undefined` if the file itself
 * is wrong. A deployment commits earlier files if that helps, so it may apply the file.
 */
export function reasonToSkip(error: unknown, skipped: readonly SkippedFile[]): string | undefined {
  if (needsEarlierCommit(error)) return "it needs what an earlier file of this deploy commits";
  if (error instanceof SqlFileError && error.sqlState === "57014")
    return "a statement of it runs longer than sql.dryRunStatementTimeoutSeconds";
  if (!(error instanceof SqlFileError) || !missing.has(error.sqlState ?? "")) return undefined;
  const names = namesIn(error.fault.message);
  const maker = skipped.find(({ file }) => names.some((name) => mentions(file, name)));
  return maker === undefined ? undefined : `it needs what ${maker.file.path} makes`;
}

/** Returns the bare names in a message of the server: `relation "shared.mood" does not exist` → `mood`. */
function namesIn(message: string): string[] {
  const quoted = [...message.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
  const routine = /^(?:function|procedure|aggregate) ([^(]+)\(/.exec(message)?.[1];
  return [...quoted, ...(routine === undefined ? [] : [routine])].map(
    (name) => name.split(".").at(-1) ?? name,
  );
}
