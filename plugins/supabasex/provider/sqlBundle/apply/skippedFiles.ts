import { SqlFileError } from "../source/errors";
import type { BundleFile } from "../source/files";
import { mentions } from "../source/mentions";
import { statementsOf } from "../source/statements";
import { targetsOf } from "./outsideTargets";
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
  if (!(error instanceof SqlFileError)) return undefined;
  const names = missing.has(error.sqlState ?? "") ? namesIn(error.fault.message) : [];
  const maker =
    skipped.find(({ file }) => names.some((name) => mentions(file, name))) ??
    skipped.find(({ file }) => mayPreventFault(file, error));
  return maker === undefined ? undefined : `it needs what ${maker.file.path} makes`;
}

/**
 * Returns whether a statement outside of a transaction may prevent an error in a later file that names the same object:
 * a unique index allows `on conflict` and foreign keys; a dropped index no longer has its name and refuses no rows; a
 * detached partition leaves its bounds.
 */
function mayPreventFault(left: BundleFile, { file, sqlState = "" }: SqlFileError): boolean {
  const node = left.noTransaction ? statementsOf(left)[0]?.node : undefined;
  if (node === undefined || !targetsOf(node).some(({ name }) => mentions(file, name))) return false;
  if ("IndexStmt" in node) return node.IndexStmt.unique === true && ["42P10", "42830"].includes(sqlState);
  if ("DropStmt" in node) return ["42P07", "23505"].includes(sqlState);
  return "AlterTableStmt" in node && ["42P17", "42809", "23514"].includes(sqlState);
}

/** Returns whether a file fails because it uses an enum label that it adds itself, which no earlier commit helps. */
export function usesOwnLabel(file: BundleFile, error: unknown): boolean {
  if (!(error instanceof SqlFileError) || error.sqlState !== "55P04") return false;
  const label = /"([^"]*)"/.exec(error.fault.message)?.[1];
  return statementsOf(file).some(
    ({ node }) => "AlterEnumStmt" in node && node.AlterEnumStmt.newVal === label,
  );
}

/** Returns the bare names in a message of the server: `relation "shared.mood" does not exist` → `mood`. */
function namesIn(message: string): string[] {
  const quoted = [...message.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
  const routine = /^(?:function|procedure|aggregate) ([^(]+)\(/.exec(message)?.[1];
  return [...quoted, ...(routine === undefined ? [] : [routine])].map(
    (name) => name.split(".").at(-1) ?? name,
  );
}
