import path from "node:path";
import { userCache } from "../../foundation/userCache";
import type { Progress } from "../progress";
import { pulumiVersion } from "./versions";

/** The environment of the search for a CLI. Tests pass their own. */
export interface ToolchainContext {
  readonly progress: Progress;
  readonly environment: NodeJS.ProcessEnv;
  /** Where dist/ and local/toolchain/go/ are. */
  readonly checkout: string;
  /** Where Pulumi publishes its releases. */
  readonly downloadSite: string;
}

/** `linux-x64`, `darwin-arm64`: as in the names of Pulumi's releases. */
export const platform = `${process.platform}-${process.arch}`;

/** Returns the user's cache of CLIs, which all checkouts share. */
export function cacheDirectory(environment: NodeJS.ProcessEnv): string {
  return userCache("toolchain", environment);
}

/** Returns the folder of the cache for our CLI version and platform. */
export function versionDirectory(environment: NodeJS.ProcessEnv): string {
  return path.join(cacheDirectory(environment), `v${pulumiVersion}-${platform}`);
}

export function searchPath(environment: NodeJS.ProcessEnv): string[] {
  return (environment.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}
