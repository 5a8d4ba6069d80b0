import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { withLock } from "../foundation/processLock/lock.mjs";
import { userCache } from "../foundation/userCache";
import { UserError } from "../foundation/userError";

/** Called with one line for each step that takes a while. */
export type Progress = (line: string) => void;

/** npm packages that are installed on first use, outside of the checkout. */
export interface NpmPackages {
  /** Folder in the user's cache. */
  readonly cache: string;
  /** Folder with `.npmrc`, `package.json` and `package-lock.json`. */
  readonly source: string;
  /** Description of the packages, such as `the official Supabase clients`. */
  readonly what: string;
  /** The line of progress. */
  readonly announcement: string;
}

/** The files that `npm ci` needs to install the same packages. */
const manifest = [".npmrc", "package.json", "package-lock.json"];

/**
 * Returns the folder whose `node_modules` holds the packages. The folder is named after the lockfile and the platform, so all checkouts
 * share it. It appears only when the installation is complete.
 * @throws UserError when npm cannot install them.
 */
export async function ensureNpmPackages(
  { cache: name, source, what, announcement }: NpmPackages,
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const lockfile = await readFile(path.join(source, "package-lock.json"));
  const platform = `${process.platform}-${process.arch}`;
  const key = createHash("sha256").update(lockfile).update(platform).digest("hex").slice(0, 16);
  const cache = userCache(name, environment);
  const folder = path.join(cache, key);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  await withLock(path.join(cache, "lock"), async () => {
    if (existsSync(folder)) return;
    progress(announcement);
    await install({ source, folder, what }, environment);
  });
  return folder;
}

interface Installation {
  readonly source: string;
  readonly folder: string;
  readonly what: string;
}

/** Installs the packages, and deletes the leftovers of a killed installation. The caller holds the lock. */
async function install(
  { source, folder, what }: Installation,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const cache = path.dirname(folder);
  for (const name of await readdir(cache)) {
    if (name.endsWith(".draft")) await rm(path.join(cache, name), { recursive: true, force: true });
  }
  const draft = `${folder}.draft`;
  await mkdir(draft);
  try {
    for (const name of manifest) await cp(path.join(source, name), path.join(draft, name));
    await npmCi(draft, what, environment);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Without a network, npm would wait 70 s between its attempts. Two short waits cover a brief interruption. */
const briefRetries = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"];

/** Skips install scripts, because the packages contain their binaries. */
async function npmCi(folder: string, what: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const npm = environment.npm_execpath;
  const [program, first] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const args = [...first, "ci", "--ignore-scripts", "--no-progress", "--loglevel=error", ...briefRetries];
  try {
    await promisify(execFile)(program, args, { cwd: folder, env: withoutNpmSettings(environment) });
  } catch (error) {
    throw new UserError(
      `npm could not install ${what} (${reasonOf(error)}): make sure that npm can reach a registry, then run the command again.`,
      1,
      { cause: error },
    );
  }
}

/** Removes the settings that `npm run` exports for its own project, because they must not apply in another folder. */
function withoutNpmSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const local = /^(npm_config_local_prefix|npm_package_.*|npm_lifecycle_.*|npm_command)$/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !local.test(name)));
}

/** Returns the line of npm's output that states the reason, without the error codes and the log path around it. */
function reasonOf(error: unknown): string {
  const { stderr = "", message } = error as { stderr?: string; message: string };
  const lines = stderr
    .split("\n")
    .map((line) => line.replace(/^npm (error|ERR!) ?/, "").trim())
    .filter((line) => line !== "" && !line.includes("complete log of this run"));
  const why = lines.find((line) => line.includes("reason:"));
  return (why ?? lines.find((line) => !/^(code|errno|syscall) /.test(line)) ?? lines[0] ?? message).replace(
    /^FetchError: /,
    "",
  );
}
