// Bundles every program of this repository that runs outside the developer's editor into dist/, one file each.
// `npm ci` runs it (prepare); `npm run build` runs it again. Packages stay external: node_modules is beside it.
const { mkdirSync, statSync, readdirSync, existsSync } = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");

/** Output below dist/ → entry point. */
const programs = {
  "program.cjs": "index.ts",
  "local.cjs": "local/cli.ts",
  "language-nodejs.cjs": "local/toolchain/languageHost/main.ts",
  "plugins/supabasex.cjs": "plugins/supabasex/provider/main.ts",
  "providers/postgresql.cjs": "local/providers/postgresql/main.ts",
  "providers/terraform-provider.cjs": "local/providers/supabase/main.ts",
  "providers/aws.cjs": "local/providers/aws/main.ts",
  "services/supabase.cjs": "local/services/supabase/main.ts",
  "backup.cjs": "backup/cli.ts",
  "../sdks/supabase/bin/index.js": "sdks/supabase/index.ts",
};

/** Copied out of the checkout before they run, so their packages go into the file. */
const standalone = new Set(["language-nodejs.cjs"]);

function bundle(outputs = Object.keys(programs)) {
  const esbuild = require("esbuild");
  for (const output of outputs) {
    const entry = path.join(root, programs[output]);
    if (!existsSync(entry)) continue;
    const outfile = path.join(root, "dist", output);
    mkdirSync(path.dirname(outfile), { recursive: true });
    esbuild.buildSync({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: "node",
      target: "node20.19",
      format: "cjs",
      packages: standalone.has(output) ? "bundle" : "external",
      sourcemap: "linked",
      logLevel: "error",
    });
  }
}

const sourceFolders = ["components", "config", "foundation", "plugins", "local", "backup", "sdks", "ops"];

/** The newest change, in milliseconds, of any source that a bundle is made from. */
function newestSource(folder = root, top = true) {
  let newest = top ? (statSync(path.join(root, "index.ts"), { throwIfNoEntry: false })?.mtimeMs ?? 0) : 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
    if (top && !sourceFolders.includes(entry.name)) continue;
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestSource(full, false));
    else if (/\.(ts|sql|c)$/.test(entry.name)) newest = Math.max(newest, statSync(full).mtimeMs);
  }
  return newest;
}

/** Whether dist/<output> is missing or older than the sources. */
function isStale(output) {
  const built = statSync(path.join(root, "dist", output), { throwIfNoEntry: false });
  return built === undefined || built.mtimeMs < newestSource();
}

module.exports = { bundle, isStale, root };

if (require.main === module) bundle();
