// How long a preview of the whole stack takes when there is nothing to do, against the same number of resources that are
// nothing, and against the program as Pulumi's templates would load it. Prints a table and one line of JSON.
// Run: npx tsx bench/preview.ts [rounds] [flags of preview]
import { spawnSync } from "node:child_process";
import path from "node:path";
import { buildSync } from "esbuild";

// Bundled, as what ships is run: tsx cannot load a package (execa) that only modules may import.
const outfile = path.join(__dirname, "..", "dist", "bench", "preview.cjs");
buildSync({
  entryPoints: [path.join(__dirname, "preview", "main.ts")],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "cjs",
});
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = status ?? 1;
