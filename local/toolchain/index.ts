import { existsSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";
import { UserError } from "../../foundation/userError";
import type { Progress } from "../progress";
import { cacheDirectory, platform, type ToolchainContext, versionDirectory } from "./context";
import { DownloadError, downloadRelease, rememberedFailure, rememberFailure } from "./download";
import { buildCli, findGo } from "./goBuild";
import { goCachesIn } from "./goCaches";
import { installHost } from "./hostInstallation";
import { askVersion, findInstalledCli } from "./installedCli";
import { flush, holds, makeFolder, withLock } from "./store";
import { pulumiVersion } from "./versions";

/** A Pulumi CLI with the language host that it needs to run this stack. */
export interface Toolchain {
  /** Path of the CLI. */
  readonly pulumi: string;
  /** Without a leading `v`. */
  readonly version: string;
  /** Where it comes from this time: installed by the user, kept from before, or made just now. */
  readonly source: "path" | "cache" | "download" | "build";
  /** The folder of both, which must come first on PATH. */
  readonly binDirectory: string;
  /** Variables to add to the environment in which the CLI runs. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ToolchainOptions {
  /** Silent when all is there already. */
  readonly progress: Progress;
  /** Default `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The checkout with dist/ and the Go module. Default: ours. */
  readonly checkout?: string;
  /** Called before minutes go into a download or a build; when it rejects, nothing has been made. */
  readonly beforeMaking?: () => Promise<unknown>;
  /** Default: Pulumi's own. */
  readonly downloadSite?: string;
}

/**
 * Finds a Pulumi CLI: on PATH, in the user's cache, as a download, or built with Go. What had to be built is kept in
 * the cache. Throws a `UserError` that says what to install when there is no way.
 */
export async function ensureToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const context: ToolchainContext = {
    progress: options.progress,
    environment: options.environment ?? process.env,
    checkout: options.checkout ?? checkoutRoot(),
    downloadSite: options.downloadSite ?? "https://get.pulumi.com/releases/sdk",
  };
  const installed = await findInstalledCli(context);
  if (installed !== undefined) {
    return toolchain(context, path.dirname(installed.pulumi), "path", installed.version);
  }
  try {
    return await ensureCached(context, options.beforeMaking);
  } catch (error) {
    throw explainCacheFault(error, context);
  }
}

async function ensureCached(
  context: ToolchainContext,
  beforeMaking?: () => Promise<unknown>,
): Promise<Toolchain> {
  const cached = findCached(context);
  if (cached !== undefined) return toolchain(context, cached, "cache");
  await beforeMaking?.();

  const folder = versionDirectory(context.environment);
  const onWait = () => context.progress("Waiting for another process that is preparing the Pulumi CLI.");
  return await withLock(folder, onWait, async () => {
    // The other process may have made what we need.
    const made = findCached(context);
    return made !== undefined ? toolchain(context, made, "cache") : await makeToolchain(context, folder);
  });
}

/** The folder of a CLI that is in the cache, complete. */
function findCached(context: ToolchainContext): string | undefined {
  const folder = versionDirectory(context.environment);
  const released = path.join(folder, "release");
  if (holds(released, "pulumi", "pulumi-language-nodejs")) return released;
  const built = path.join(folder, "build");
  return holds(built, "pulumi") ? installHost(context, built) : undefined;
}

const cacheFaults: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EROFS: "it is read-only",
  ENOSPC: "there is no space left",
  ENOTDIR: "a part of that path is a file",
};

/** What to do about a cache that cannot be used; any other error as it is. */
function explainCacheFault(error: unknown, context: ToolchainContext): unknown {
  const fault = cacheFaults[(error as NodeJS.ErrnoException).code ?? ""];
  if (fault === undefined) return error;
  return new UserError(
    `The Pulumi CLI cannot be kept in ${cacheDirectory(context.environment)}, because ${fault}: set XDG_CACHE_HOME to a folder that has 4 GB to spare and run the command again.`,
    1,
    { cause: error },
  );
}

async function makeToolchain(context: ToolchainContext, folder: string): Promise<Toolchain> {
  const failure = rememberedFailure(context.environment) ?? (await makeRelease(context, folder));
  if (failure === undefined) return toolchain(context, path.join(folder, "release"), "download");

  await makeFolder(folder, "build", async (draft) => {
    const caches = goCachesIn(path.join(draft, "go"), context.environment);
    try {
      // Asking for the version can make Go fetch the toolchain that the module wants.
      const building = { ...context, environment: caches.environment };
      const go = await findGo(building, failure);
      const file = path.join(draft, "pulumi");
      await buildCli(building, go, file, `none is installed and ${failure}`);
      await verify(context, file);
    } finally {
      caches.remove();
    }
  });
  return toolchain(context, installHost(context, path.join(folder, "build")), "build");
}

/** Puts the official release into the cache; answers why that was not possible. */
async function makeRelease(context: ToolchainContext, folder: string): Promise<string | undefined> {
  try {
    await makeFolder(folder, "release", async (draft) => {
      await downloadRelease(context, draft);
      await verify(context, path.join(draft, "pulumi"));
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    rememberFailure(context.environment, error.message);
    return error.message;
  }
}

/** A CLI that does not start here must not get into the cache. */
async function verify(context: ToolchainContext, file: string): Promise<void> {
  const version = existsSync(file) ? await askVersion(file, context.environment) : undefined;
  if (version !== pulumiVersion) {
    throw new UserError(
      `The Pulumi CLI ${pulumiVersion} for ${platform} does not run on this machine (\`pulumi version\` answers ${version ?? "nothing"}): install the Pulumi CLI ${pulumiVersion} yourself and run the command again.`,
    );
  }
  flush(file);
}

function toolchain(
  context: ToolchainContext,
  binDirectory: string,
  source: Toolchain["source"],
  version = pulumiVersion,
): Toolchain {
  return {
    pulumi: path.join(binDirectory, "pulumi"),
    version,
    source,
    binDirectory,
    environment: {
      PATH: [binDirectory, ...(context.environment.PATH ?? "").split(path.delimiter)].join(path.delimiter),
      // Otherwise the CLI asks its vendor for news once a day.
      PULUMI_SKIP_UPDATE_CHECK: "true",
    },
  };
}
