// Bundles every program of this repository into dist/, one file each. `npm ci` (prepare) and `npm run build` run it. Most
// packages stay external, because node_modules is beside dist/.
const {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");

/**
 * Entry points by output path below dist/.
 * @type {Record<string, string>}
 */
const programs = {
  "program.cjs": "main.ts",
  "local.cjs": "local/cli.ts",
  "language-nodejs.cjs": "local/toolchain/languageHost/main.ts",
  "plugins/supabasex.cjs": "plugins/supabasex/provider/main.ts",
  "plugins/sdk.cjs": "plugins/supabasex/provider/awsWatch/sdk.ts",
  "plugins/networkSdk.cjs": "plugins/supabasex/provider/awsWatch/networkSdk.ts",
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
 * The programs that start for every CLI command contain their packages, which avoids loading hundreds of small files. This
 * lists the packages that stay external. (The language host must contain them, because it runs outside of the checkout.)
 * @type {Record<string, string[]>}
 */
const standalone = {
  "language-nodejs.cjs": [],
  // The WebAssembly is beside the package; pg's native part is optional. Only the watch of AWS loads the parts of the SDK.
  "plugins/supabasex.cjs": [
    "libpg-query",
    "libpg-query-15",
    "libpg-query-16",
    "libpg-query-17",
    "pg-native",
    "./sdk",
    "./networkSdk",
  ],
  "plugins/sdk.cjs": [],
  "plugins/networkSdk.cjs": [],
  "providers/postgresql.cjs": ["pg-native"],
  "providers/terraform-provider.cjs": [],
  "providers/aws.cjs": [],
  // As in its image.
  "backup.cjs": ["pg-native"],
  // A Lambda function has no node_modules.
  "probe.cjs": ["pg-native"],
};

/** Packages of many small files, of which every program contains what it uses. */
const contained = ["zod"];

/** Returns the packages that are not bundled. They are beside dist/, in node_modules. */
function externalPackages() {
  /** @type {{ dependencies?: Record<string, string>, devDependencies?: Record<string, string> }} */
  const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !contained.includes(name));
}

/** These contain megabytes of the AWS SDK, which V8 parses, so they are minified. Names stay, for stack traces. */
const minified = [
  "backup.cjs",
  "plugins/networkSdk.cjs",
  "plugins/sdk.cjs",
  "probe.cjs",
  "providers/aws.cjs",
];

/**
 * Returns whether runBundle.cjs runs the program.
 * @param {string} output
 */
const hasCompiledCode = (output) => /^(plugins|providers)\//.test(output);

/** What runBundle.cjs needs: code that V8 compiled earlier cannot import dynamically. */
const compilable = { supported: { "dynamic-import": false } };

/** @param {string} output */
const fileOf = (output) => path.join(root, "dist", output);
/** @param {string} output */
const inputsOf = (output) => `${fileOf(output)}.inputs.json`;

/** @param {string} output */
function entryOf(output) {
  const entry = programs[output];
  if (entry === undefined) throw new Error(`build/bundle.cjs has no program for dist/${output}.`);
  return path.join(root, entry);
}

/**
 * Returns the outputs that this script builds. A package that `pulumi package add` generated has its own build script, which
 * npm runs at installation.
 */
const ownOutputs = () => Object.keys(programs).filter((output) => !hasOwnBuild(output));

/** @param {string} output */
function hasOwnBuild(output) {
  if (!output.startsWith("../sdks/")) return false;
  const manifest = path.join(path.dirname(entryOf(output)), "package.json");
  if (!existsSync(manifest)) return false;
  /** @type {{ scripts?: Record<string, string> }} */
  const { scripts } = JSON.parse(readFileSync(manifest, "utf8"));
  return scripts?.build !== undefined;
}

/**
 * Bundles the given outputs, by default all. Replaces each file atomically.
 * @param {string[]} outputs
 */
function bundle(outputs = ownOutputs()) {
  const esbuild = require("esbuild");
  for (const output of outputs) {
    const entry = entryOf(output);
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
      ...(hasCompiledCode(output) && compilable),
      external: standalone[output] ?? externalPackages(),
      ...(minified.includes(output) && { minifyWhitespace: true, minifySyntax: true }),
      // Prefers ES modules, which esbuild can tree-shake.
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
    // A source that is saved during bundling counts as newer than the bundle.
    utimesSync(fileOf(output), startedAt, startedAt);
  }
}

/**
 * @param {string} file
 * @param {string | Uint8Array} contents
 */
function replaceFile(file, contents) {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, contents);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Returns whether dist/<output> is built by this script and is missing or older than one of its sources.
 * @param {string} output
 */
function isStale(output) {
  if (hasOwnBuild(output)) return false;
  /** @param {string} file */
  const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  const builtAt = modified(fileOf(output));
  if (builtAt === undefined || !existsSync(inputsOf(output))) return true;
  /** @type {string[]} */
  const sources = JSON.parse(readFileSync(inputsOf(output), "utf8"));
  return sources.some((source) => (modified(path.join(root, source)) ?? Number.POSITIVE_INFINITY) > builtAt);
}

/** Returns the outputs that must be rebuilt. */
function staleOutputs() {
  return ownOutputs().filter((output) => existsSync(entryOf(output)) && isStale(output));
}

module.exports = { bundle, compilable, isStale, replaceFile, root, staleOutputs, standalone };

if (require.main === module) {
  bundle();
  require(fileOf("edge-functions.cjs"));
}
