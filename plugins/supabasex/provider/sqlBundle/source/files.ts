import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../../../foundation/userError";
import { type FileHashes, type FileKind, kindOf, normalise, sha256Of } from "../../../bundleFiles";

/** A file of the bundle on disk, verified with the hash from the program. */
export interface BundleFile {
  /** Path below the bundle's directory, which is the file's name in history, state and plans. */
  readonly path: string;
  /** Path for the user, relative to the folder in which `pulumi` runs. */
  readonly display: string;
  readonly kind: FileKind;
  /** Normalized. */
  readonly text: string;
  readonly sha256: string;
  /** Runs separately, outside of a transaction: header `-- no transaction`. */
  readonly noTransaction: boolean;
  /** Paths below the bundle's directory: header `-- depends on: …`, one or several, separated by commas. */
  readonly dependsOn: readonly string[];
  /** Major version of the file's server, whose grammar is used. Default: that of a new project. */
  readonly serverMajor?: number;
}

export interface Migration extends BundleFile {
  /** The leading 14 digits. */
  readonly version: string;
  readonly name: string;
}

const migrationName = /^migrations\/(\d{14})_([^/]+)\.sql$/;

/** Returns version and name of a migration from its path; `undefined` if the path has another format. */
export function migrationOf(filePath: string): { version: string; name: string } | undefined {
  const [, version, name] = migrationName.exec(filePath) ?? [];
  return version === undefined || name === undefined ? undefined : { version, name };
}

/** Returns the errors in the names of these files, one sentence each. */
export function misnamedFiles(files: FileHashes): { path: string; reason: string }[] {
  const issues: { path: string; reason: string }[] = [];
  const versions = new Map<string, string>();
  for (const filePath of Object.keys(files)) {
    if (kindOf(filePath) !== "migration") continue;
    const migration = migrationOf(filePath);
    if (migration === undefined) {
      issues.push({
        path: filePath,
        reason:
          "a migration is named migrations/<14 digits, the time in UTC>_<name>.sql, such as migrations/20260131093000_add_orders.sql",
      });
      continue;
    }
    const other = versions.get(migration.version);
    if (other === undefined) versions.set(migration.version, filePath);
    else issues.push({ path: filePath, reason: `has the same version as ${other}` });
  }
  return issues;
}

export interface LoadedBundle {
  /** By version. */
  readonly migrations: readonly Migration[];
  /** By path. */
  readonly repeatables: readonly BundleFile[];
}

/**
 * Reads the files below `directory` for a server of this major version, and verifies each with the hash that the
 * program computed. Throws a UserError for a file that is missing or has changed since.
 */
export function loadBundle(directory: string, files: FileHashes, serverMajor?: number): LoadedBundle {
  const migrations: Migration[] = [];
  const repeatables: BundleFile[] = [];
  for (const [filePath, sha256] of Object.entries(files)) {
    const kind = kindOf(filePath) ?? "repeatable";
    const loaded = loadFile(directory, filePath, kind, { sha256 });
    const file = serverMajor === undefined ? loaded : { ...loaded, serverMajor };
    if (kind === "repeatable") {
      repeatables.push(file);
      continue;
    }
    const named = migrationOf(filePath);
    if (named === undefined) throw new UserError(`${file.display} is not named like a migration.`);
    migrations.push({ ...file, ...named });
  }
  migrations.sort((a, b) => (a.version < b.version ? -1 : 1));
  repeatables.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { migrations, repeatables };
}

/** Returns a bundle file from a text that the caller has already read. */
export function bundleFile(
  filePath: string,
  kind: FileKind,
  source: string,
  { display = filePath }: { readonly display?: string | undefined } = {},
): BundleFile {
  const text = normalise(source);
  const { noTransaction, dependsOn } = headersOf(text, filePath);
  return { path: filePath, display, kind, text, sha256: sha256Of(text), noTransaction, dependsOn };
}

function loadFile(
  directory: string,
  filePath: string,
  kind: FileKind,
  { sha256 }: { readonly sha256: string },
): BundleFile {
  const full = path.resolve(directory, filePath);
  const display = path.relative(process.cwd(), full) || full;
  if (!existsSync(full)) {
    throw new UserError(`${display} is listed by the program but does not exist: run the command again.`);
  }
  const file = bundleFile(filePath, kind, readFileSync(full, "utf8"), { display });
  if (file.sha256 !== sha256) {
    throw new UserError(
      `${display} has changed while pulumi was running (expected ${sha256}, found ${file.sha256}): run the command again.`,
    );
  }
  return file;
}

/** Returns the comment lines at the top of a file, without block comments. */
export function headerLines(text: string): string[] {
  const top =
    /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(text)?.[0].replaceAll(/\/\*[\s\S]*?\*\//g, "") ?? "";
  return top.split("\n");
}

/** Returns the directives at the top of a file. */
function headersOf(text: string, filePath: string): { noTransaction: boolean; dependsOn: string[] } {
  let noTransaction = false;
  const dependsOn: string[] = [];
  for (const line of headerLines(text)) {
    if (/^\s*--\s*no[ -]transaction\s*$/i.test(line)) noTransaction = true;
    const list = /^\s*--\s*depends on:(.*)$/i.exec(line)?.[1];
    for (const name of list?.split(",") ?? []) {
      if (name.trim() !== "") dependsOn.push(resolveDependency(name.trim(), filePath));
    }
  }
  return { noTransaction, dependsOn };
}

/**
 * Resolves a path below the bundle's directory, below the project (`sql/…`), or relative to the file itself (`./…`).
 */
function resolveDependency(name: string, filePath: string): string {
  if (name.startsWith(".")) return path.posix.join(path.posix.dirname(filePath), name);
  const fromProject = /^[^/]+\/((?:migrations|repeatable)\/.*)$/.exec(name)?.[1];
  return fromProject ?? name;
}
