// Runs a command with another version of Node first on PATH: `npm run on-node -- 24 npm test -- --project unit`. The version
// comes from npm's registry, into the user's cache. Plain JavaScript without packages, because it may run before `npm ci`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/**
 * Ends this process with a message for the user.
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const [major = "", program, ...args] = process.argv.slice(2);
if (!/^\d+$/.test(major) || program === undefined) {
  fail(
    "Give a major version of Node and a command, such as `npm run on-node -- 24 npm test -- --project unit`.",
  );
}

const name = `node-${process.platform}-${process.arch}`;
const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
const folder = path.join(cache, "thorbis-supabase", "node", major);
const bin = path.join(folder, "node_modules", name, "bin");

if (!existsSync(path.join(bin, "node"))) {
  mkdirSync(folder, { recursive: true });
  const npm = process.env.npm_execpath;
  const [command, first] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const install = ["install", "--prefix", folder, "--no-audit", "--no-fund", `${name}@${major}`];
  // `npm run` exports settings that apply to this project only.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([variable]) => !/^npm_(config_local_prefix|config_prefix|package)/.test(variable),
    ),
  );
  const { status, error } = spawnSync(command, [...first, ...install], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", 2, 2],
  });
  if (error !== undefined && "code" in error && error.code === "ENOENT")
    fail("npm, which installs Node, is not on PATH: install npm, then run the command again.");
  if (status !== 0)
    fail(`npm could not install ${name}@${major}: see its message above, then run the command again.`);
}

const search = [bin, process.env.PATH ?? ""].join(path.delimiter);
const { status, error } = spawnSync(program, args, {
  stdio: "inherit",
  env: { ...process.env, PATH: search },
});
if (error !== undefined) fail(`${program} cannot be run: ${error.message}.`);
process.exitCode = status ?? 1;
