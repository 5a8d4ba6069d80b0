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
import { flush, holds, makeFolder, withFolderLock } from "./store";
import { pulumiVersion } from "./versions";

/** A Pulumi CLI with the language host that it needs to run this stack. */
export interface Toolchain {
  /** Path of the CLI. */
  readonly pulumi: string;
  /** Without a leading `v`. */
  readonly version: string;
  /** Its source in this run: installed by the user, in the cache, downloaded or built. */
  readonly source: "path" | "cache" | "download" | "build";
  /** The folder with the CLI and the language host, which must come first on PATH. */
  readonly binDirectory: string;
  /** Variables to add to the environment in which the CLI runs. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ToolchainOptions {
  /** Not called if everything is installed already. */
  readonly progress: Progress;
  /** Default `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The checkout with dist/ and the Go module. Default: ours. */
  readonly checkout?: string;
  /** Called before a download or a build. If it rejects, nothing is changed. */
  readonly beforeMaking?: () => Promise<unknown>;
  /** Default: Pulumi's own. */
  readonly downloadSite?: string;
}

/**
 * Finds a Pulumi CLI on PATH or in the user's cache, else downloads it, else builds it with Go. Downloads and builds are
 * cached. Throws a `UserError` that says what to install if none of these work.
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
    return toolchain(context, path.dirname(installed.pulumi), { source: "path", version: installed.version });
  }
  try {
    return await ensureCached(context, options.beforeMaking);
  } catch (error) {
    throw explainCacheError(error, context);
  }
}

async function ensureCached(
  context: ToolchainContext,
  beforeMaking?: () => Promise<unknown>,
): Promise<Toolchain> {
  const cached = findCached(context);
  if (cached !== undefined) return toolchain(context, cached, { source: "cache" });
  await beforeMaking?.();

  const folder = versionDirectory(context.environment);
  const onWait = () => context.progress("Waiting for another process that is preparing the Pulumi CLI.");
  return await withFolderLock(folder, onWait, async () => {
    // The other process may have prepared it.
    const made = findCached(context);
    return made !== undefined
      ? toolchain(context, made, { source: "cache" })
      : await makeToolchain(context, folder);
  });
}

/** Returns the folder of a complete CLI in the cache. */
function findCached(context: ToolchainContext): string | undefined {
  const folder = versionDirectory(context.environment);
  const released = path.join(folder, "release");
  if (holds(released, "pulumi", "pulumi-language-nodejs")) return released;
  const built = path.join(folder, "build");
  return holds(built, "pulumi") ? installHost(context, built) : undefined;
}

const cacheErrors: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EROFS: "it is read-only",
  ENOSPC: "there is no space left",
  ENOTDIR: "a part of that path is a file",
};

/** Returns a UserError for an unusable cache; any other error unchanged. */
function explainCacheError(error: unknown, context: ToolchainContext): unknown {
  const issue = cacheErrors[(error as NodeJS.ErrnoException).code ?? ""];
  if (issue === undefined) return error;
  return new UserError(
    `The Pulumi CLI cannot be stored in ${cacheDirectory(context.environment)}, because ${issue}: set XDG_CACHE_HOME to a folder that has 4 GB to spare and run the command again.`,
    1,
    { cause: error },
  );
}

async function makeToolchain(context: ToolchainContext, folder: string): Promise<Toolchain> {
  const failure = rememberedFailure(context.environment) ?? (await makeRelease(context, folder));
  if (failure === undefined) return toolchain(context, path.join(folder, "release"), { source: "download" });

  await makeFolder(folder, "build", async (draft) => {
    const caches = goCachesIn(path.join(draft, "go"), context.environment);
    try {
      // Even `go version` may download the toolchain that the module requires.
      const building = { ...context, environment: caches.environment };
      const go = await findGo(building, failure);
      const file = path.join(draft, "pulumi");
      await buildCli(building, go, { file, reason: `none is installed and ${failure}` });
      await verify(context, file);
    } finally {
      caches.remove();
    }
  });
  return toolchain(context, installHost(context, path.join(folder, "build")), { source: "build" });
}

/** Downloads the official release into the cache. Returns the reason if that fails. */
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

/** Checks that the CLI starts on this machine before it enters the cache. */
async function verify(context: ToolchainContext, file: string): Promise<void> {
  const version = existsSync(file) ? await askVersion(file, context.environment) : undefined;
  if (version !== pulumiVersion) {
    throw new UserError(
      `The Pulumi CLI ${pulumiVersion} for ${platform} does not run on this machine (\`pulumi version\` prints ${version ?? "nothing"}): install the Pulumi CLI ${pulumiVersion} yourself and run the command again.`,
    );
  }
  flush(file);
}

function toolchain(
  context: ToolchainContext,
  binDirectory: string,
  { source, version = pulumiVersion }: { readonly source: Toolchain["source"]; readonly version?: string },
): Toolchain {
  return {
    pulumi: path.join(binDirectory, "pulumi"),
    version,
    source,
    binDirectory,
    environment: {
      PATH: [binDirectory, ...(context.environment.PATH ?? "").split(path.delimiter)].join(path.delimiter),
      // Prevents the CLI's daily update check.
      PULUMI_SKIP_UPDATE_CHECK: "true",
    },
  };
}
