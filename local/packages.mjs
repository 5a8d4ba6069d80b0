// Installs the packages of package-lock.json in node_modules. Plain JavaScript without packages, because a fresh clone has none
// yet. Each npm script that runs a tool of node_modules runs this file first; local/run.mjs imports it.
import { spawn } from "node:child_process";
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isSystemError } from "../foundation/processLock/files.mjs";
import { IdentityError, withLock } from "../foundation/processLock/lock.mjs";

const thisFile = fileURLToPath(import.meta.url);
/** The lock is beside node_modules, because `npm ci` empties that folder. */
const lockName = ".npm-ci.lock";

/**
 * A package in a lockfile.
 * @typedef {{ version?: string, optional?: boolean } & ({ link?: false } | { link: true, resolved: string })} Entry
 */

/** Returns a message if this Node is older than package.json allows; otherwise undefined. */
export function nodeIssue(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `Node ${version} is too old for this project: install Node 20.19 or newer and run the command again.`;
}

/**
 * Returns whether node_modules has exactly the packages of the lockfile, according to npm's own record in it.
 * @param {string} root
 * @param {Record<string, Entry>} wanted
 */
function packagesAreInstalled(root, wanted) {
  // npm writes its record last, and in place. An unreadable record means that an installation is running or was killed.
  const installed = packagesOf(path.join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return false;
  return Object.entries(wanted).every(
    ([name, entry]) =>
      name === "" ||
      entry.optional === true ||
      !name.startsWith("node_modules/") ||
      (entry.link === true
        ? isLinkTo(path.join(root, name), path.join(root, entry.resolved))
        : installed[name]?.version === entry.version),
  );
}

/**
 * Returns the packages of a lockfile; undefined if it does not exist or is not valid JSON.
 * @param {string} lockfile
 * @returns {Record<string, Entry> | undefined}
 */
function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * Returns whether `link` links to the folder. A copy of the folder is not enough, because later builds do not update it.
 * @param {string} link
 * @param {string} folder
 */
function isLinkTo(link, folder) {
  try {
    return realpathSync(link) === realpathSync(folder);
  } catch {
    return false;
  }
}

/**
 * Installs the packages unless they are already installed. One process of a checkout installs at a time, and the others wait for
 * it. Returns a message for the user if the installation fails, otherwise undefined.
 * @param {string} root
 * @param {(line: string) => void} say
 */
export async function installPackages(root, say) {
  const wanted = packagesOf(path.join(root, "package-lock.json"));
  if (wanted === undefined) {
    return `${path.join(root, "package-lock.json")} is missing or not valid JSON: restore it from git and run the command again.`;
  }
  if (packagesAreInstalled(root, wanted)) return undefined;
  // The previous holder of the lock may have installed them.
  /** @param {import("../foundation/processLock/lock.mjs").Lock} lock */
  const install = async (lock) =>
    packagesAreInstalled(root, wanted) ? undefined : await runNpm(root, lock, say);
  try {
    return await withLock(path.join(root, lockName), install, {
      purpose: "npm ci",
      onHeld: ({ pid }, attempt) => {
        if (attempt === 0) say(`Process ${pid} is installing the packages: waiting for it …`);
      },
    });
  } catch (error) {
    if (error instanceof IdentityError) return error.message;
    if (isSystemError(error) && ["EACCES", "EPERM", "EROFS"].includes(error.code)) {
      return `${error.path} cannot be written: give this user write access to it and run the command again.`;
    }
    throw error;
  }
}

/**
 * @param {string} root
 * @param {import("../foundation/processLock/lock.mjs").Lock} lock
 * @param {(line: string) => void} say
 */
async function runNpm(root, lock, say) {
  const modules = path.join(root, "node_modules");
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    return `${modules} is a link to another folder, which \`npm ci\` would empty, and does not have the packages of package-lock.json: remove the link and run the command again.`;
  }
  say("Installing the packages of package-lock.json (npm ci) …");
  const npm = process.env.npm_execpath;
  const [program, args] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  // By default npm 9.0 to 9.3 copies the packages of sdks/ instead of linking them. The environment can also set this option.
  const options = ["--install-links=false", "--no-progress", "--loglevel=error"];
  const child = spawn(program, [...args, "ci", ...options], { cwd: root, stdio: ["ignore", 2, 2] });
  // If this process is killed, npm continues. Processes of this container then wait for npm. Processes of other containers do
  // not, because npm does not touch its file.
  if (child.pid !== undefined) lock.share(child.pid);
  const { error, status, interruption } = await ended(child);
  if (error?.code === "ENOENT") {
    return "npm, which installs the packages, is not on PATH: install the npm that comes with Node and run the command again.";
  }
  if (interruption !== undefined) {
    return `${interruption} interrupted the installation of the packages: run the command again to complete it.`;
  }
  if (status !== 0) {
    return "npm could not install the packages: see its message above, then run the command again.";
  }
  return undefined;
}

/**
 * Waits until npm has ended. Forwards signals to npm, so that this process releases the lock only after npm has ended.
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<{ error?: NodeJS.ErrnoException, status?: number | null, interruption: NodeJS.Signals | undefined }>}
 */
async function ended(child) {
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  /** @type {NodeJS.Signals | undefined} */
  let interruption;
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    interruption = signal;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  try {
    return await new Promise((resolve) => {
      child.once("error", (error) => resolve({ error, interruption }));
      child.once("exit", (status) => resolve({ status, interruption }));
    });
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === thisFile) {
  const root = path.resolve(path.dirname(thisFile), "..");
  const issue = nodeIssue() ?? (await installPackages(root, (line) => console.error(line)));
  if (issue !== undefined) {
    console.error(issue);
    process.exitCode = 1;
  }
}
