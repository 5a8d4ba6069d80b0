// Runs every measurement, one after the other, so that none disturbs another: npm run bench [-- part of a path].
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const folder = import.meta.dirname;
const wanted = process.argv[2] ?? "";
// A measurement says in its head how it is run; a file without that line is a part of others.
const measurements = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith(".ts"))
  .filter((name) => readFileSync(path.join(folder, name), "utf8").includes("npx tsx bench/"))
  .sort();
const chosen = measurements.filter((name) => name.includes(wanted));

if (chosen.length === 0) {
  console.error(`No measurement has ${wanted} in its path: there are ${measurements.join(", ")}.`);
  process.exitCode = 1;
}
for (const name of chosen) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync("npx", ["tsx", path.join(folder, name)], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
