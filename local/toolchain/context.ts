import path from "node:path";
import type { Progress } from "../progress";
import { userCache } from "../userCache";
import { pulumiVersion } from "./versions";

/** What every step of finding the CLI needs to know; tests hand in their own. */
export interface ToolchainContext {
  readonly progress: Progress;
  readonly environment: NodeJS.ProcessEnv;
  /** Where dist/ and local/toolchain/go/ are. */
  readonly checkout: string;
  /** Where Pulumi publishes its releases. */
  readonly downloadSite: string;
}

/** `linux-x64`, `darwin-arm64`: the names that Pulumi's releases have, too. */
export const platform = `${process.platform}-${process.arch}`;

/** The user's cache of CLIs, shared by all checkouts. */
export function cacheDirectory(environment: NodeJS.ProcessEnv): string {
  return userCache("toolchain", environment);
}

/** The part of the cache for the CLI version that we want on this kind of machine. */
export function versionDirectory(environment: NodeJS.ProcessEnv): string {
  return path.join(cacheDirectory(environment), `v${pulumiVersion}-${platform}`);
}

export function searchPath(environment: NodeJS.ProcessEnv): string[] {
  return (environment.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}
