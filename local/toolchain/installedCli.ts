import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { writeFileAtomically } from "../../foundation/atomicFile";
import { cacheDirectory, searchPath, type ToolchainContext } from "./context";
import { findExecutable, isExecutable } from "./executables";
import { compareVersions, isSupportedPulumi, minimumPulumiVersion } from "./versions";

const versionTimeoutMilliseconds = 10_000;

export interface InstalledCli {
  readonly pulumi: string;
  readonly version: string;
}

/** Returns the first CLI on PATH that can run this stack: recent enough, with a language host beside it. */
export async function findInstalledCli(context: ToolchainContext): Promise<InstalledCli | undefined> {
  const folders = searchPath(context.environment);
  for (const folder of folders) {
    const pulumi = path.join(folder, "pulumi");
    // `npm run local:env` puts our cache on PATH, which is not the user's installation.
    if (!isExecutable(pulumi) || isInside(pulumi, cacheDirectory(context.environment))) continue;
    const version = await cliVersion(pulumi, context);
    if (version === undefined) {
      context.progress(`Skipping ${pulumi}: it does not print its version.`);
    } else if (!isSupportedPulumi(version)) {
      const age = compareVersions(version, minimumPulumiVersion) < 0 ? "too old" : "too new";
      context.progress(
        `Skipping ${pulumi}: ${version} is ${age} (${minimumPulumiVersion} or newer is needed).`,
      );
    } else if (
      findExecutable("pulumi-language-nodejs", [path.dirname(realpathSync(pulumi)), ...folders]) === undefined
    ) {
      context.progress(`Skipping ${pulumi}: there is no pulumi-language-nodejs beside it.`);
    } else {
      return { pulumi, version };
    }
  }
  return undefined;
}

function isInside(file: string, folder: string): boolean {
  try {
    return realpathSync(file).startsWith(realpathSync(folder) + path.sep);
  } catch {
    return false;
  }
}

/** Returns the CLI's version. Runs the CLI only if its file has changed since the last time. */
async function cliVersion(pulumi: string, context: ToolchainContext): Promise<string | undefined> {
  const file = path.join(cacheDirectory(context.environment), "installed-versions.json");
  const stats = statSync(pulumi);
  const key = `${realpathSync(pulumi)} ${stats.size} ${stats.mtimeMs}`;
  const known = readKnownVersions(file);
  if (known[key] !== undefined) return known[key];
  const version = await askVersion(pulumi, context.environment);
  if (version !== undefined) writeKnownVersions(file, { ...known, [key]: version });
  return version;
}

/** Returns the version that `pulumi version` prints, without the `v`; undefined for other output or a failure. */
export async function askVersion(
  pulumi: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(pulumi, ["version"], {
      env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: versionTimeoutMilliseconds,
    });
    return /^v?(\d+\.\d+\.\d+\S*)/.exec(stdout.trim())?.[1];
  } catch {
    return undefined;
  }
}

function readKnownVersions(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  } catch {
    return {};
  }
}

/** Stores the version if possible. Otherwise the CLI runs again next time. */
function writeKnownVersions(file: string, versions: Record<string, string>): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileAtomically(file, JSON.stringify(versions), { mode: 0o644 });
  } catch {
    // Later steps that need the cache report the error.
  }
}
