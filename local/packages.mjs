// Makes node_modules hold what package-lock.json names. Plain JavaScript without packages, because on a fresh clone there
// are none yet. Each npm script that runs a tool of node_modules runs this file first; local/run.mjs imports it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const thisFile = fileURLToPath(import.meta.url);

/** The sentence for a user whose Node is older than package.json allows; undefined for a Node that will do. */
export function nodeFault(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `Node ${version} is too old for this project: install Node 20.19 or newer and run the command again.`;
}

/** Whether node_modules holds exactly what the lockfile names. npm records there what it has installed. */
export function packagesAreInstalled(root) {
  const recordPath = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(recordPath)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(recordPath, "utf8")).packages;
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

/** A copy of a folder does not count: what is built into the folder later never reaches the copy. */
function isLinkTo(link, folder) {
  try {
    return realpathSync(link) === realpathSync(folder);
  } catch {
    return false;
  }
}

/** Installs the packages unless they are there. Returns a sentence for the user when that fails, else undefined. */
export function installPackages(root, say) {
  if (packagesAreInstalled(root)) return undefined;
  say("Installing the packages that package-lock.json names (npm ci) …");
  const npm = process.env.npm_execpath;
  const [program, args] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  // By default npm 9.0 to 9.3 copies the packages of sdks/ instead of linking them. The environment can ask for the same.
  const options = ["--install-links=false", "--no-progress", "--loglevel=error"];
  const result = spawnSync(program, [...args, "ci", ...options], { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.error?.code === "ENOENT") {
    return "There is no npm on PATH to install the packages with: install the npm that comes with Node and run the command again.";
  }
  if (result.status !== 0) {
    return "npm could not install the packages: see its message above, then run the command again.";
  }
  return undefined;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === thisFile) {
  const root = path.resolve(path.dirname(thisFile), "..");
  const fault = nodeFault() ?? installPackages(root, (line) => console.error(line));
  if (fault !== undefined) {
    console.error(fault);
    process.exitCode = 1;
  }
}
