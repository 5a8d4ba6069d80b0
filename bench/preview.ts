// Measures a preview of the whole stack without changes, compared with the same number of resources that do nothing, and with
// the program as Pulumi's templates would load it. Prints a table and one line of JSON.
//
// Every preview refreshes first (Pulumi.yaml), must find no changes, and runs on the same CLI. The sides run alternately, and a
// row is the median. On a busy machine the seconds mean little: read the ratios, also those of CPU time, which includes the
// engine and all processes that it starts, but not the services that they call.
// - Idle: as many resources as the stack has, without dependencies or inputs, of as many providers, bundled like ours. Its
//   program is plain JavaScript and loaded by Pulumi as usual, without the patches of build/pulumi-patches.
// - ts-node: the stack's own program, state and providers. Only the loading differs: Pulumi's default for TypeScript, which
//   checks types and loads whole packages. ts-node caches compiled files in the machine's temporary folder and then checks
//   nothing. A pull request's runner is a new machine, so the target is for the run without a cache. Both are printed.
// - Policies: the same preview with our policy pack, compared with a pack without policies.
// - Report: `npm run preview`, without the start of npm, compared with the CLI with the same policies.
// Run: npx tsx bench/preview.ts [rounds] [flags of preview]
import { spawnSync } from "node:child_process";
import path from "node:path";
import { buildSync } from "esbuild";

// Bundled like the shipped programs, because tsx cannot load a package (execa) that only ES modules may import.
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
