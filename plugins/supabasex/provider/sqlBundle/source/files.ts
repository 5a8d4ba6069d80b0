import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../../../foundation/userError";
import { type FileHashes, type FileKind, kindOf, normalise, sha256Of } from "../../../bundleFiles";

/** A file of the bundle as it is on disk, verified against the hash that the program named. */
export interface BundleFile {
  /** Path below the bundle's directory: the file's name in history, state and plans. */
  readonly path: string;
  /** Path as the user finds it, from where `pulumi` runs. */
  readonly display: string;
  readonly kind: FileKind;
  /** Normalised. */
  readonly text: string;
  readonly sha256: string;
  /** Runs alone, outside a transaction: header `-- no transaction`. */
  readonly noTransaction: boolean;
  /** Paths below the bundle's directory: header `-- depends on: …`, one or several, separated by commas. */
  readonly dependsOn: readonly string[];
  /** Major version of the server that the file is for, whose grammar it is read with. Default: a new project's. */
  readonly serverMajor?: number;
}

export interface Migration extends BundleFile {
  /** The 14 digits in front. */
  readonly version: string;
  readonly name: string;
}

const migrationName = /^migrations\/(\d{14})_([^/]+)\.sql$/;

/** Version and name of a migration from its path; `undefined` when the path does not have that form. */
export function migrationOf(filePath: string): { version: string; name: string } | undefined {
  const [, version, name] = migrationName.exec(filePath) ?? [];
  return version === undefined || name === undefined ? undefined : { version, name };
}

/** What is wrong with the names of these files, a sentence each; empty when all is well. */
export function misnamedFiles(files: FileHashes): { path: string; reason: string }[] {
  const faults: { path: string; reason: string }[] = [];
  const versions = new Map<string, string>();
  for (const filePath of Object.keys(files)) {
    if (kindOf(filePath) !== "migration") continue;
    const migration = migrationOf(filePath);
    if (migration === undefined) {
      faults.push({
        path: filePath,
        reason:
          "a migration is named migrations/<14 digits, the time in UTC>_<name>.sql, such as migrations/20260131093000_add_orders.sql",
      });
      continue;
    }
    const other = versions.get(migration.version);
    if (other === undefined) versions.set(migration.version, filePath);
    else faults.push({ path: filePath, reason: `has the same version as ${other}` });
  }
  return faults;
}

export interface LoadedBundle {
  /** By version. */
  readonly migrations: readonly Migration[];
  /** By path. */
  readonly repeatables: readonly BundleFile[];
}

/**
 * Reads the files below `directory` for a server of this major version, and verifies each against the hash that the program
 * computed. Throws a UserError for a file that is missing or has changed in between.
 */
export function loadBundle(directory: string, files: FileHashes, serverMajor?: number): LoadedBundle {
  const migrations: Migration[] = [];
  const repeatables: BundleFile[] = [];
  for (const [filePath, sha256] of Object.entries(files)) {
    const kind = kindOf(filePath) ?? "repeatable";
    const loaded = loadFile(directory, filePath, kind, sha256);
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

/** A bundle file from its text, for a caller that has it already. */
export function bundleFile(filePath: string, kind: FileKind, source: string, display = filePath): BundleFile {
  const text = normalise(source);
  const { noTransaction, dependsOn } = headersOf(text, filePath);
  return { path: filePath, display, kind, text, sha256: sha256Of(text), noTransaction, dependsOn };
}

function loadFile(directory: string, filePath: string, kind: FileKind, sha256: string): BundleFile {
  const full = path.resolve(directory, filePath);
  const display = path.relative(process.cwd(), full) || full;
  if (!existsSync(full)) {
    throw new UserError(`${display} is named by the program but is not there: run the command again.`);
  }
  const file = bundleFile(filePath, kind, readFileSync(full, "utf8"), display);
  if (file.sha256 !== sha256) {
    throw new UserError(
      `${display} has changed while pulumi was running (expected ${sha256}, found ${file.sha256}): run the command again.`,
    );
  }
  return file;
}

/** Returns the comment lines at the top of a file; comments between slashes and stars are passed over. */
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

/** Below the bundle's directory, below the project (`sql/…`), or relative to the file itself (`./…`). */
function resolveDependency(name: string, filePath: string): string {
  if (name.startsWith(".")) return path.posix.join(path.posix.dirname(filePath), name);
  const fromProject = /^[^/]+\/((?:migrations|repeatable)\/.*)$/.exec(name)?.[1];
  return fromProject ?? name;
}
