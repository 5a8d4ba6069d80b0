// Entry of every npm script: plain JavaScript without packages, because on a fresh clone there are none yet. It installs
// what the lockfile names, builds what is older than its sources, and hands over.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const say = (line) => process.stderr.write(`${line}\n`);

function fail(sentence) {
  say(sentence);
  process.exit(1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(
    `Node ${process.versions.node} is too old for this project: install Node 20.19 or newer and run the command again.`,
  );
}

/** Whether node_modules holds exactly what the lockfile names; npm records there what it has installed. */
function packagesAreInstalled() {
  const recordPath = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(recordPath)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(recordPath, "utf8")).packages;
  return Object.entries(wanted).every(
    ([name, entry]) =>
      name === "" ||
      entry.optional === true ||
      !name.startsWith("node_modules/") ||
      (entry.link === true ? existsSync(path.join(root, name)) : installed[name]?.version === entry.version),
  );
}

function installPackages() {
  if (packagesAreInstalled()) return;
  say("Installing the packages that package-lock.json names (npm ci) …");
  const npm = process.env.npm_execpath;
  const [program, args] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const result = spawnSync(program, [...args, "ci", "--no-progress", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (result.status !== 0) {
    fail("Installing the packages failed: see npm's message above, then run the command again.");
  }
}

function build() {
  const { bundle, staleOutputs } = require("../build/bundle.cjs");
  bundle(staleOutputs());
}

// It would stand between the lines of every command; package.json says which Node versions we support.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

requireNode();
installPackages();
build();
require("../dist/local.cjs");
