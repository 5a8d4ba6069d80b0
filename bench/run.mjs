// Runs all measurements one after another, so that they do not disturb each other: npm run bench [-- parts of paths].
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const folder = import.meta.dirname;
const wanted = process.argv.slice(2);
// A measurement has a comment with the command that runs it. Files without that line are parts of measurements.
const measurements = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .filter((name) => readFileSync(path.join(folder, name), "utf8").includes("npx tsx bench/"))
  .sort();
const unknown = wanted.find((part) => !measurements.some((name) => name.includes(part)));
const chosen = measurements.filter(
  (name) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);

if (unknown !== undefined) {
  console.error(`No measurement has ${unknown} in its path: there are ${measurements.join(", ")}.`);
  process.exitCode = 1;
}
for (const name of unknown === undefined ? chosen : []) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", path.join(folder, name)], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}
