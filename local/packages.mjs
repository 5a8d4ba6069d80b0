// Makes node_modules hold what package-lock.json names. Plain JavaScript without packages, because on a fresh clone there
// are none yet. Each npm script that runs a tool of node_modules runs this file first; local/run.mjs imports it.
import { spawn } from "node:child_process";
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { IdentityError, withLock } from "./processLock.mjs";

const thisFile = fileURLToPath(import.meta.url);
/** Beside node_modules, which `npm ci` empties. */
const lockName = ".npm-ci.lock";

/** The sentence for a user whose Node is older than package.json allows; undefined for a Node that will do. */
export function nodeFault(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `Node ${version} is too old for this project: install Node 20.19 or newer and run the command again.`;
}

/** Whether node_modules holds exactly what the lockfile names. npm records there what it has installed. */
function packagesAreInstalled(root, wanted) {
  // npm writes its record last, and in place: one that cannot be read is of an installation that goes on or was killed.
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

/** The packages that a lockfile names; undefined when there is none or it is no JSON. */
function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** A copy of a folder does not count: what is built into the folder later never reaches the copy. */
function isLinkTo(link, folder) {
  try {
    return realpathSync(link) === realpathSync(folder);
  } catch {
    return false;
  }
}

/**
 * Installs the packages unless they are there. One process of a checkout installs at a time; the others wait, and then find
 * the packages there. Returns a sentence for the user when that fails, else undefined.
 */
export async function installPackages(root, say) {
  const wanted = packagesOf(path.join(root, "package-lock.json"));
  if (wanted === undefined) {
    return `${path.join(root, "package-lock.json")} is missing or is no JSON: restore it from git and run the command again.`;
  }
  if (packagesAreInstalled(root, wanted)) return undefined;
  // The process that held the lock until now may have installed them.
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
    if (["EACCES", "EPERM", "EROFS"].includes(error.code)) {
      return `${error.path} cannot be written: give this user write access to it and run the command again.`;
    }
    throw error;
  }
}

async function runNpm(root, lock, say) {
  const modules = path.join(root, "node_modules");
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    return `${modules} is a link to another folder, which \`npm ci\` would empty, and does not hold what package-lock.json names: remove the link and run the command again.`;
  }
  say("Installing the packages that package-lock.json names (npm ci) …");
  const npm = process.env.npm_execpath;
  const [program, args] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  // By default npm 9.0 to 9.3 copies the packages of sdks/ instead of linking them. The environment can ask for the same.
  const options = ["--install-links=false", "--no-progress", "--loglevel=error"];
  const child = spawn(program, [...args, "ci", ...options], { cwd: root, stdio: ["ignore", 2, 2] });
  // If this process is killed, npm goes on alone. Processes of this container then wait for npm. Those of other containers do
  // not, because npm does not touch its file.
  if (child.pid !== undefined) lock.share(child.pid);
  const { error, status, interruption } = await ended(child);
  if (error?.code === "ENOENT") {
    return "There is no npm on PATH to install the packages with: install the npm that comes with Node and run the command again.";
  }
  if (interruption !== undefined) {
    return `${interruption} ended the installation of the packages: run the command again to finish it.`;
  }
  if (status !== 0) {
    return "npm could not install the packages: see its message above, then run the command again.";
  }
  return undefined;
}

/** Waits for npm's end. A signal to this process goes to npm first, so that the lock is given back behind it. */
async function ended(child) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  let interruption;
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
  const fault = nodeFault() ?? (await installPackages(root, (line) => console.error(line)));
  if (fault !== undefined) {
    console.error(fault);
    process.exitCode = 1;
  }
}
