// Bundles every program of this repository that runs outside the developer's editor into dist/, one file each.
// `npm ci` runs it (prepare); `npm run build` runs it again. Packages stay external: node_modules is beside it.
const {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");

/** Output below dist/ → entry point. */
const programs = {
  "program.cjs": "main.ts",
  "local.cjs": "local/cli.ts",
  "language-nodejs.cjs": "local/toolchain/languageHost/main.ts",
  "plugins/supabasex.cjs": "plugins/supabasex/provider/main.ts",
  "providers/postgresql.cjs": "fakes/postgresql/main.ts",
  "providers/terraform-provider.cjs": "fakes/supabase/main.ts",
  "providers/aws.cjs": "fakes/aws/main.ts",
  "services/supabase.cjs": "emulators/managementApi/main.ts",
  "services/keeper.cjs": "local/services/keeper/main.ts",
  "services/s3-gateway.cjs": "emulators/aws/s3Gateway/main.ts",
  "backup.cjs": "backup/cli.ts",
  "probe.cjs": "probe/main.ts",
  "policy.cjs": "policy/pack.ts",
  "bootstrap.cjs": "bootstrap/main.ts",
  "ops/env.cjs": "ops/env/main.ts",
  "ops/recover.cjs": "ops/recover/main.ts",
  "ops/rotate.cjs": "ops/rotate/main.ts",
  "ops/preview.cjs": "ops/preview/main.ts",
  "ops/comment.cjs": "ops/comment/main.ts",
  "ops/drift.cjs": "ops/drift/main.ts",
  "ops/plan.cjs": "ops/plan/main.ts",
  "ops/types.cjs": "ops/types/main.ts",
  "ops/advisors.cjs": "ops/advisors/main.ts",
  "ops/deploy.cjs": "ops/deploy/main.ts",
  "ops/pull-request.cjs": "ops/pullRequest/main.ts",
  "ops/propose-image.cjs": "ops/proposeImage/main.ts",
  "edge-functions.cjs": "components/edgeFunctions/main.ts",
  "../sdks/supabase/bin/index.js": "sdks/supabase/index.ts",
};

/**
 * Those that start for every command of the CLI have their packages in the file, which spares the search for hundreds of
 * small ones; here is what stays outside. (The language host has to: it is copied out of the checkout before it runs.)
 */
const standalone = {
  "language-nodejs.cjs": [],
  // Its WebAssembly lies beside it; pg asks for its native part and does without.
  // Only the watch of AWS loads the SDK.
  "plugins/supabasex.cjs": [
    "libpg-query",
    "libpg-query-15",
    "libpg-query-16",
    "libpg-query-17",
    "pg-native",
    "@aws-sdk/*",
  ],
  "providers/postgresql.cjs": ["pg-native"],
  "providers/terraform-provider.cjs": [],
  "providers/aws.cjs": [],
  // All that the function has.
  "probe.cjs": ["pg-native"],
};

/** Of the AWS SDK these load megabytes, which V8 reads through each time; names stay, for stacks. */
const minified = ["providers/aws.cjs", "probe.cjs"];

const fileOf = (output) => path.join(root, "dist", output);
const inputsOf = (output) => `${fileOf(output)}.inputs.json`;

/**
 * The outputs that are ours to make. A package that `pulumi package add` generated has a build script and makes its own
 * bin/ when npm installs it.
 */
const ownOutputs = () => Object.keys(programs).filter((output) => !hasOwnBuild(output));

function hasOwnBuild(output) {
  if (!output.startsWith("../sdks/")) return false;
  const manifest = path.join(root, path.dirname(programs[output]), "package.json");
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).scripts?.build !== undefined;
}

/** Bundles the given outputs, by default all of ours; each file is replaced in one step, so that a reader never sees half of one. */
function bundle(outputs = ownOutputs()) {
  const esbuild = require("esbuild");
  for (const output of outputs) {
    const entry = path.join(root, programs[output]);
    if (!existsSync(entry)) continue;
    const startedAt = new Date();
    const { outputFiles, metafile } = esbuild.buildSync({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: fileOf(output),
      bundle: true,
      platform: "node",
      target: "node20.19",
      format: "cjs",
      ...(output in standalone ? { external: standalone[output] } : { packages: "external" }),
      ...(minified.includes(output) && { minifyWhitespace: true, minifySyntax: true }),
      // Of a package that offers modules, only what is used goes into the file.
      mainFields: ["module", "main"],
      sourcemap: "linked",
      metafile: true,
      write: false,
      logLevel: "error",
    });
    const sources = Object.keys(metafile.inputs).filter((input) => !input.startsWith("node_modules/"));
    sources.push(path.relative(root, __filename));
    for (const { path: file, contents } of outputFiles) replaceFile(file, contents);
    replaceFile(inputsOf(output), JSON.stringify(sources));
    // A source saved while we bundled counts as newer than the bundle.
    utimesSync(fileOf(output), startedAt, startedAt);
  }
}

function replaceFile(file, contents) {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, file);
}

/** Whether dist/<output> is ours to make, and missing or older than one of the sources that it was made from. */
function isStale(output) {
  if (hasOwnBuild(output)) return false;
  const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  const builtAt = modified(fileOf(output));
  if (builtAt === undefined || !existsSync(inputsOf(output))) return true;
  const sources = JSON.parse(readFileSync(inputsOf(output), "utf8"));
  return sources.some((source) => (modified(path.join(root, source)) ?? Number.POSITIVE_INFINITY) > builtAt);
}

/** The outputs that have to be bundled again. */
function staleOutputs() {
  return ownOutputs().filter((output) => existsSync(path.join(root, programs[output])) && isStale(output));
}

module.exports = { bundle, isStale, root, staleOutputs, standalone };

if (require.main === module) {
  bundle();
  require(fileOf("edge-functions.cjs"));
}
