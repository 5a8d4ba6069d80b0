// How long the first apply of 200 migrations and 300 repeatables (more than 2,000 objects of every kind) takes against
// `psql -1` on the same SQL; and, as they are: the dry run of it, the size of its state, and a preview with nothing to do
// on the real engine. Prints one line of JSON. Run: npx tsx bench/sqlBundle.ts [rounds]
import { spawnSync } from "node:child_process";
import path from "node:path";
import { buildSync } from "esbuild";

const root = path.join(__dirname, "..");
const { bundle } = require(path.join(root, "build", "bundle.cjs")) as { bundle(outputs: string[]): void };
const programs = path.join(root, "dist", "bench", "sqlBundle");
// Bundled, as what ships is run; the test support looks for a program beside itself.
buildSync({
  entryPoints: ["main", "deploy"].map((name) => path.join(__dirname, "sqlBundle", `${name}.ts`)),
  outdir: programs,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "cjs",
  define: { "import.meta.dirname": JSON.stringify(path.join(root, "tests", "support")) },
});
bundle(["plugins/supabasex.cjs"]);
const main = path.join(programs, "main.js");
const { status } = spawnSync(process.execPath, [main, ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = status ?? 1;
