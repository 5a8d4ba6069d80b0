import { execFile } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import {
  postgresqlBin,
  postgresqlBinVariable,
  postgresqlFolders,
} from "../../../foundation/postgresqlPrograms";
import { UserError } from "../../../foundation/userError";
import {
  buildPackages,
  debianPackages,
  installPackages,
  offeredMajors,
  updatePackageLists,
} from "./debianPackages";
import { isSupported, oldestMajor } from "./majors";
import { canBeUnpacked, findUnpacked, unpackServer } from "./unpacked";

/** An installed PostgreSQL that has everything the local stack needs. */
export interface PostgresInstallation {
  readonly major: number;
  /** Version of the server, such as "15.20". */
  readonly version: string;
  readonly binDirectory: string;
  /** Folder of the extensions' control files. */
  readonly extensionDirectory: string;
  readonly pgConfig: string;
  /** Folder of postgres.h. */
  readonly headerDirectory: string;
}

/** Called with one line for each step that takes a while. */
export type Progress = (message: string) => void;

/** The machine that is searched. Tests pass another one. */
export interface InstallationSystem {
  readonly isRoot: boolean;
  readonly searchPath: readonly string[];
  /** Returns the folder that POSTGRESQL_BIN names. */
  chosenFolder(): string | undefined;
  /** Returns the folders to search for a server. Their order does not decide which version is used. */
  folders(): readonly string[];
  isExecutable(file: string): boolean;
  exists(file: string): boolean;
  /** Runs a program and returns its standard output; rejects if it fails. */
  run(file: string, args: readonly string[]): Promise<string>;
  /** Returns the folder of a version that was unpacked before. */
  unpacked(major: number): string | undefined;
  canBeUnpacked(major: number): boolean;
  unpack(major: number, progress: Progress): Promise<string>;
  /** Returns the supported versions in this system's package lists, the newest first. */
  offeredMajors(): Promise<readonly number[]>;
  updatePackageLists(progress: Progress): Promise<void>;
  installPackages(packages: readonly string[], progress: Progress): Promise<void>;
}

export interface InstallationOptions {
  /**
   * The required version. If this system does not package it, it is unpacked from another Debian release. Default: the newest
   * supported one that is completely installed, else the newest that this system packages.
   */
  readonly major?: number;
  readonly system?: InstallationSystem;
}

const requiredExtensions = ["pg_cron", "postgis", "pg_stat_statements"] as const;

/**
 * Finds a PostgreSQL with its extensions, server headers and a compiler. Installs what is missing from Debian's packages if
 * possible; otherwise throws a UserError that says what to install. If POSTGRESQL_BIN is set, only that installation is
 * considered, unless another version is required.
 */
export async function ensurePostgresInstalled(
  progress: Progress,
  { major, system = realSystem }: InstallationOptions = {},
): Promise<PostgresInstallation> {
  const chosen = await findChosen(system, major);
  if (chosen !== undefined) return chosen;
  const found = await findInstallation(system, major);
  if (found !== undefined && missingParts(found, system).length === 0) return found;
  const installed = await install(found, major, { system, progress });
  const missing = installed === undefined ? [] : missingParts(installed, system);
  if (installed !== undefined && missing.length === 0) return installed;
  throw new UserError(await whatToInstall(installed, major, system));
}

/** Returns the installation in POSTGRESQL_BIN. Installs nothing into it, because the user chose it. */
async function findChosen(
  system: InstallationSystem,
  major?: number,
): Promise<PostgresInstallation | undefined> {
  const folder = system.chosenFolder();
  if (folder === undefined) return undefined;
  const installation = await describeInstallation(folder, system);
  if (major !== undefined && installation?.major !== major) return undefined;
  const issue =
    installation === undefined
      ? "contains no PostgreSQL server"
      : installation.major < oldestMajor
        ? `holds PostgreSQL ${installation.version}, older than ${oldestMajor}`
        : missingParts(installation, system)
            .map((part, index) => (index === 0 ? `lacks ${part}` : part))
            .join(", ");
  if (issue === "" && installation !== undefined) return installation;
  throw new UserError(
    `The local stack needs a complete PostgreSQL, but ${postgresqlBinVariable} is ${folder}, which ${issue}: complete it, set ${postgresqlBinVariable} to another folder, or unset it.`,
  );
}

/** Returns the best installation: complete before incomplete, supported before unsupported, then the newest. */
async function findInstallation(
  system: InstallationSystem,
  major?: number,
): Promise<PostgresInstallation | undefined> {
  const folders = system
    .folders()
    .filter((folder) => ["postgres", "initdb"].every((name) => system.isExecutable(path.join(folder, name))));
  const pgConfig = findProgram(system, "pg_config");
  if (pgConfig !== undefined) folders.push((await system.run(pgConfig, ["--bindir"]).catch(() => "")).trim());
  const unpacked = major === undefined ? undefined : system.unpacked(major);
  if (unpacked !== undefined) folders.push(unpacked);
  const candidates: PostgresInstallation[] = [];
  for (const folder of new Set(folders.filter((entry) => entry !== ""))) {
    const installation = await describeInstallation(folder, system);
    if (installation === undefined || installation.major < oldestMajor) continue;
    if (major === undefined || installation.major === major) candidates.push(installation);
  }
  const rank = (candidate: PostgresInstallation) =>
    (missingParts(candidate, system).length === 0 ? 2 : 0) + (isSupported(candidate.major) ? 1 : 0);
  const [best] = candidates.sort((a, b) => rank(b) - rank(a) || b.major - a.major);
  return best;
}

/** Installs what is missing: this system's packages as root, or a whole version from another release. */
async function install(
  found: PostgresInstallation | undefined,
  wanted: number | undefined,
  { system, progress }: { system: InstallationSystem; progress: Progress },
): Promise<PostgresInstallation | undefined> {
  if (findProgram(system, "apt-get") === undefined) return found;
  if (system.isRoot) {
    const lack = found === undefined ? "is not installed" : `lacks ${missingParts(found, system).join(", ")}`;
    const name = found?.version ?? wanted;
    progress(`PostgreSQL ${name === undefined ? "" : `${name} `}${lack}: installing Debian's packages`);
    await system.updatePackageLists(progress);
    const offered = await system.offeredMajors();
    const major = wanted ?? (found === undefined ? offered[0] : found.major);
    const isOffered = major !== undefined && offered.includes(major);
    const tools = missingBuildTools(system).length === 0 ? [] : buildPackages;
    const packages = isOffered ? debianPackages(major) : tools;
    if (packages.length > 0) await system.installPackages(packages, progress);
    const completed = await findInstallation(system, wanted);
    if (completed !== undefined && missingParts(completed, system).length === 0) return completed;
  }
  if (wanted !== undefined && system.canBeUnpacked(wanted) && system.unpacked(wanted) === undefined) {
    await system.unpack(wanted, progress);
  }
  return await findInstallation(system, wanted);
}

/** Returns the installation in a folder of programs; undefined if it has no server. */
export async function describeInstallation(
  binDirectory: string,
  system: InstallationSystem = realSystem,
): Promise<PostgresInstallation | undefined> {
  try {
    const text = await system.run(path.join(binDirectory, "postgres"), ["--version"]);
    const version = /\) (\d+)(?:\.\d+|devel|beta\d+|rc\d+)?/.exec(text);
    const major = Number(version?.[1]);
    if (version === null || !Number.isInteger(major)) return undefined;
    const pgConfig = path.join(binDirectory, "pg_config");
    const directory = async (option: string): Promise<string> =>
      (await system.run(pgConfig, [option])).trim();
    const hasPgConfig = system.isExecutable(pgConfig);
    return {
      major,
      version: version[0].slice(2),
      binDirectory,
      pgConfig,
      extensionDirectory: path.join(
        hasPgConfig ? await directory("--sharedir") : `/usr/share/postgresql/${major}`,
        "extension",
      ),
      headerDirectory: hasPgConfig ? await directory("--includedir-server") : "",
    };
  } catch {
    return undefined;
  }
}

/** Returns what an installation lacks, for messages; empty if it is complete. */
function missingParts(installation: PostgresInstallation, system: InstallationSystem): string[] {
  const missing: string[] = requiredExtensions.filter(
    (name) => !system.exists(path.join(installation.extensionDirectory, `${name}.control`)),
  );
  if (!system.exists(path.join(installation.headerDirectory, "postgres.h")))
    missing.push("the server's header files");
  return [...missing, ...missingBuildTools(system)];
}

function missingBuildTools(system: InstallationSystem): string[] {
  const isMissing = (name: string) => findProgram(system, name) === undefined;
  const missing = isMissing("make") ? ["make"] : [];
  return ["cc", "gcc", "clang"].every(isMissing) ? [...missing, "a C compiler"] : missing;
}

/** Returns the error message, in one sentence. It only names packages that this system offers. */
async function whatToInstall(
  found: PostgresInstallation | undefined,
  wanted: number | undefined,
  system: InstallationSystem,
): Promise<string> {
  const lack =
    found !== undefined
      ? `PostgreSQL ${found.version} in ${found.binDirectory} lacks ${missingParts(found, system).join(", ")}`
      : `no PostgreSQL ${wanted ?? `${oldestMajor} or newer`} was found on PATH or below /usr/lib/postgresql`;
  return `The local stack needs a complete PostgreSQL, but ${lack}, ${await advice(found, wanted, system)}.`;
}

async function advice(
  found: PostgresInstallation | undefined,
  wanted: number | undefined,
  system: InstallationSystem,
): Promise<string> {
  const parts = "the server, its header files, pg_cron, PostGIS, make and a C compiler";
  const naming = `set ${postgresqlBinVariable} to the folder of its programs`;
  if (findProgram(system, "apt-get") === undefined) {
    return `and there is no apt-get to install it with: install ${parts} from your system's packages`;
  }
  const offered = await system.offeredMajors();
  const major = found?.major ?? wanted ?? offered[0];
  if (major === undefined || !offered.includes(major)) {
    const isUnpacked = found !== undefined && found.binDirectory === system.unpacked(found.major);
    if (isUnpacked)
      return `and only root can install it: run \`sudo apt-get install ${buildPackages.join(" ")}\``;
    return `and the package lists of apt-get offer ${major === undefined ? "none" : `no PostgreSQL ${major}`} with pg_cron: run \`apt-get update\` as root, or install ${parts} and ${naming}`;
  }
  const packages = debianPackages(major).join(" ");
  return system.isRoot
    ? `although apt-get installed ${packages}: ${naming}`
    : `and only root can install it: run \`sudo apt-get install ${packages}\`, or the same from your system's packages`;
}

function findProgram(system: InstallationSystem, name: string): string | undefined {
  return system.searchPath.map((folder) => path.join(folder, name)).find((file) => system.isExecutable(file));
}

const execFileAsync = promisify(execFile);

const realSystem: InstallationSystem = {
  isRoot: process.geteuid?.() === 0,
  searchPath: (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== ""),
  chosenFolder: () => postgresqlBin(),
  folders: () => postgresqlFolders({ ...process.env, [postgresqlBinVariable]: undefined }),
  isExecutable(file) {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
  exists: existsSync,
  async run(file, args) {
    return (await execFileAsync(file, [...args], { cwd: "/" })).stdout;
  },
  unpacked: findUnpacked,
  canBeUnpacked,
  unpack: unpackServer,
  offeredMajors,
  updatePackageLists,
  installPackages,
};
