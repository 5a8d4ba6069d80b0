// Runs every measurement, one after the other, so that none disturbs another: npm run bench [-- part of a path].
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const folder = import.meta.dirname;
const wanted = process.argv[2] ?? "";
// A measurement says in its head how it is run; what has no such line is a part of others.
const measurements = readdirSync(folder, { recursive: true })
  .map((name) => path.join(folder, name))
  .filter((file) => file.endsWith(".ts") && file.includes(wanted))
  .filter((file) => readFileSync(file, "utf8").includes("npx tsx bench/"))
  .sort();

for (const file of measurements) {
  console.log(`\n== ${path.relative(folder, file)}`);
  const { status } = spawnSync("npx", ["tsx", file], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
