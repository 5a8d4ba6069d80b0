import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { checkoutRoot } from "../../foundation/checkout";
import { UserError } from "../../foundation/userError";
import { withLock } from "../processLock.mjs";
import { userCache } from "../userCache";

/** Called with one line for each step that takes a while. */
export type Progress = (line: string) => void;

/** The official clients, ready to run. Except for Deno, each is a JavaScript file to run with Node. */
export interface OfficialClients {
  /** The folder whose `node_modules` holds them. */
  readonly folder: string;
  /** The Supabase CLI. */
  readonly supabase: string;
  /** The MCP server of Supabase, which speaks JSON-RPC over stdio. */
  readonly mcpServer: string;
  /** The service behind `supabase gen types`. */
  readonly postgresMeta: string;
  /** The Deno executable. */
  readonly deno: string;
}

/** The files that `npm ci` needs to install the same packages. */
const manifest = [".npmrc", "package.json", "package-lock.json"];

/** Deno publishes one package per platform. */
const denoPackages: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64-glibc",
  "linux-arm64": "linux-arm64-glibc",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
};

/**
 * Returns the official clients. The first call installs them from npm (about 470 MB, half a minute) into the user's cache.
 * The folder is named after the lockfile and the platform, so all checkouts share it. It appears complete or not at all.
 * @throws UserError when npm cannot install them.
 */
export async function ensureOfficialClients(
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<OfficialClients> {
  const source = path.join(checkoutRoot(), "local", "officialClients");
  const lockfile = await readFile(path.join(source, "package-lock.json"));
  const platform = `${process.platform}-${process.arch}`;
  const key = createHash("sha256").update(lockfile).update(platform).digest("hex").slice(0, 16);
  const cache = userCache("official-clients", environment);
  const folder = path.join(cache, key);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    await withLock(path.join(cache, "lock"), async () => {
      if (existsSync(folder)) return;
      progress(
        "Installing the official Supabase clients and Deno from npm (470 MB, about half a minute, once per user).",
      );
      await install(source, folder, environment);
    });
  }
  const inside = (...names: string[]) => path.join(folder, "node_modules", ...names);
  return {
    folder,
    supabase: inside("supabase", "dist", "supabase.js"),
    mcpServer: inside("@supabase", "mcp-server-supabase", "dist", "cli.js"),
    postgresMeta: inside("@supabase", "postgres-meta", "dist", "server", "server.js"),
    deno: inside("@deno", denoPackages[platform] ?? platform, "deno"),
  };
}

/** Installs the clients, and deletes the leftovers of a killed installation. The caller holds the lock. */
async function install(source: string, folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const cache = path.dirname(folder);
  for (const name of await readdir(cache)) {
    if (name.endsWith(".draft")) await rm(path.join(cache, name), { recursive: true, force: true });
  }
  const draft = `${folder}.draft`;
  await mkdir(draft);
  try {
    for (const name of manifest) await cp(path.join(source, name), path.join(draft, name));
    await npmCi(draft, environment);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Without a network, npm would wait 70 s between its attempts. Two short waits cover a brief interruption. */
const briefRetries = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"];

/** Skips install scripts, because the packages contain their binaries. */
async function npmCi(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const npm = environment.npm_execpath;
  const [program, first] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const args = [...first, "ci", "--ignore-scripts", "--no-progress", "--loglevel=error", ...briefRetries];
  try {
    await promisify(execFile)(program, args, { cwd: folder, env: withoutNpmSettings(environment) });
  } catch (error) {
    throw new UserError(
      `npm could not install the official Supabase clients (${reasonOf(error)}): make an npm registry reachable, then run the command again.`,
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
