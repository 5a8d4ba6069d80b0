// Runs a bench as what ships is run: bundled, packages external (tsx cannot load execa). node bench/run.cjs preview [arguments]
const path = require("node:path");
const { buildSync } = require("esbuild");

const [name = "", ...args] = process.argv.slice(2);
const outfile = path.join(__dirname, "..", "dist", "bench", `${name}.cjs`);
buildSync({
  entryPoints: [path.join(__dirname, `${name}.ts`)],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "cjs",
  sourcemap: "inline",
});
process.argv = [process.argv[0], outfile, ...args];
require(outfile);
