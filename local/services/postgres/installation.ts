import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../../foundation/userError";
import { debianPackages, installFromDebian } from "./debianPackages";

/** An installed PostgreSQL that has everything the local stack needs. */
export interface PostgresInstallation {
  readonly major: number;
  /** As the server says it, such as "15.20". */
  readonly version: string;
  readonly binDirectory: string;
  /** Where extensions' control files are. */
  readonly extensionDirectory: string;
  readonly pgConfig: string;
  /** Where postgres.h is. */
  readonly headerDirectory: string;
}

/** Called with one line for each step that takes longer than a moment. */
export type Progress = (message: string) => void;

/** What finding an installation depends on; tests put another machine in its place. */
export interface InstallationSystem {
  readonly isRoot: boolean;
  readonly searchPath: readonly string[];
  /** Folders that hold one version each, such as /usr/lib/postgresql. */
  versionedFolders(): readonly string[];
  isExecutable(file: string): boolean;
  exists(file: string): boolean;
  /** Standard output of a program; rejects when it fails. */
  run(file: string, args: readonly string[]): Promise<string>;
  /** Completes that version, or installs the newest. */
  installFromDebian(major: number | undefined, progress: Progress): Promise<void>;
}

export const oldestMajor = 15;
const requiredExtensions = ["pg_cron", "postgis", "pg_stat_statements"] as const;

/**
 * Finds a PostgreSQL of version 15 or newer with its extensions, server headers and a compiler; completes it from
 * Debian's packages where we are root and apt-get is there; else says in one sentence what to install.
 */
export async function ensurePostgresInstalled(
  progress: Progress,
  system: InstallationSystem = realSystem,
): Promise<PostgresInstallation> {
  const canInstall = system.isRoot && findProgram(system, "apt-get") !== undefined;
  let found = await findInstallation(system);
  let missing = found === undefined ? ["postgres"] : missingParts(found, system);
  if (found !== undefined && missing.length === 0) return found;

  if (canInstall) {
    progress(
      found === undefined
        ? "PostgreSQL is not installed: installing Debian's packages"
        : `PostgreSQL ${found.version} lacks ${missing.join(", ")}: installing Debian's packages`,
    );
    await system.installFromDebian(found?.major, progress);
    found = await findInstallation(system);
    missing = found === undefined ? ["postgres"] : missingParts(found, system);
    if (found !== undefined && missing.length === 0) return found;
  }
  throw new UserError(
    whatToInstall(found, missing, canInstall ? "tried" : system.isRoot ? "no apt-get" : "not root"),
  );
}

async function findInstallation(system: InstallationSystem): Promise<PostgresInstallation | undefined> {
  const folders = [...system.versionedFolders(), ...system.searchPath].filter((folder) =>
    ["postgres", "initdb"].every((program) => system.isExecutable(path.join(folder, program))),
  );
  const pgConfig = findProgram(system, "pg_config");
  if (pgConfig !== undefined) folders.push((await system.run(pgConfig, ["--bindir"]).catch(() => "")).trim());
  const candidates: PostgresInstallation[] = [];
  for (const folder of new Set(folders.filter((entry) => entry !== ""))) {
    const installation = await describeInstallation(folder, system);
    if (installation !== undefined && installation.major >= oldestMajor) candidates.push(installation);
  }
  const complete = candidates.filter((candidate) => missingParts(candidate, system).length === 0);
  const [newest] = (complete.length > 0 ? complete : candidates).sort((a, b) => b.major - a.major);
  return newest;
}

async function describeInstallation(
  binDirectory: string,
  system: InstallationSystem,
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

/** What an installation lacks, in a reader's words; empty when it is complete. */
function missingParts(installation: PostgresInstallation, system: InstallationSystem): string[] {
  const missing: string[] = requiredExtensions.filter(
    (name) => !system.exists(path.join(installation.extensionDirectory, `${name}.control`)),
  );
  if (!system.exists(path.join(installation.headerDirectory, "postgres.h")))
    missing.push("the server's header files");
  if (findProgram(system, "make") === undefined) missing.push("make");
  if (["cc", "gcc", "clang"].every((name) => findProgram(system, name) === undefined))
    missing.push("a C compiler");
  return missing;
}

function whatToInstall(
  found: PostgresInstallation | undefined,
  missing: readonly string[],
  obstacle: "tried" | "no apt-get" | "not root",
): string {
  const packages = debianPackages(found?.major ?? oldestMajor).join(" ");
  const lack =
    found === undefined
      ? `no PostgreSQL ${oldestMajor} or newer was found on PATH or below /usr/lib/postgresql`
      : `PostgreSQL ${found.version} in ${found.binDirectory} lacks ${missing.join(", ")}`;
  const advice = {
    tried: `although apt-get installed ${packages}: put the folder of its programs on PATH`,
    "no apt-get":
      "and there is no apt-get to install it with: install the server, its header files, pg_cron, PostGIS, make and a C compiler from your system's packages",
    "not root": `and only root can install it: run \`sudo apt-get install ${packages}\`, or the same from your system's packages`,
  };
  return `The local stack needs a complete PostgreSQL, but ${lack}, ${advice[obstacle]}.`;
}

function findProgram(system: InstallationSystem, name: string): string | undefined {
  return system.searchPath.map((folder) => path.join(folder, name)).find((file) => system.isExecutable(file));
}

const execFileAsync = promisify(execFile);

const realSystem: InstallationSystem = {
  isRoot: process.geteuid?.() === 0,
  searchPath: (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== ""),
  versionedFolders() {
    const root = "/usr/lib/postgresql";
    return existsSync(root) ? readdirSync(root).map((version) => path.join(root, version, "bin")) : [];
  },
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
  installFromDebian,
};
