// How long a preview of the whole stack takes when there is nothing to do, against the same number of resources that are
// nothing, and against the program as Pulumi's templates would load it. Prints a table and one line of JSON.
//
// Every preview refreshes first (Pulumi.yaml), has to find nothing to do, and runs on the same CLI. The rounds take turns; a
// row is the median. On a machine that does other things the seconds mean little: read the ratios, also those of CPU time,
// which counts the engine and all that it starts but not the services that they ask.
// - Idle: one resource for each of the stack's, without dependency or inputs, over as many providers, bundled like ours.
//   Its program is plain and loaded as Pulumi loads any, without the patches of build/pulumi-patches.
// - ts-node: the stack's own program, state and providers. Only its loading differs: Pulumi's default for TypeScript, which
//   checks types, and whole packages. ts-node keeps in the machine's temporary folder what it has compiled and then checks
//   nothing; a pull request's runner is a new machine, so the target is for the run without that, and both are printed.
// - Policies: the same preview with our policy pack, against a pack without policies.
// - Report: `npm run preview`, without the start of npm, against the CLI with the same policies.
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
