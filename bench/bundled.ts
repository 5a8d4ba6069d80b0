import { spawnSync } from "node:child_process";
import path from "node:path";
import { type BuildOptions, buildSync } from "esbuild";

const root = path.join(__dirname, "..");
const build = require(path.join(root, "build", "bundle.cjs")) as {
  bundle(outputs: string[]): void;
  readonly compilable: BuildOptions;
  /** Output → packages that are not bundled into it. */
  readonly standalone: Readonly<Record<string, string[]>>;
};

/** Contains its packages, like the provider. `build/runBundle.cjs` starts both in the same way. */
const provider = "sqlBundle/deploy";

/**
 * Bundles programs below bench/ into dist/bench, like the shipped programs, and runs the first of them with this process's
 * arguments and exit code. (tsx cannot load a package that only ES modules may import.)
 *
 * @param programs paths below bench/, without `.ts`
 */
export function runBundled(folder: string, programs: readonly [string, ...string[]]): void {
  const outdir = path.join(root, "dist", "bench", folder);
  for (const name of programs) {
    const packages =
      name === provider
        ? {
            external: build.standalone["plugins/supabasex.cjs"] ?? [],
            mainFields: ["module", "main"],
            ...build.compilable,
          }
        : { packages: "external" as const };
    buildSync({
      entryPoints: [path.join(__dirname, `${name}.ts`)],
      outfile: path.join(outdir, `${path.basename(name)}.js`),
      bundle: true,
      ...packages,
      platform: "node",
      format: "cjs",
      // The test support expects this program in its own folder.
      define: { "import.meta.dirname": JSON.stringify(path.join(root, "tests", "support")) },
    });
  }
  const main = path.join(outdir, `${path.basename(programs[0])}.js`);
  const { status } = spawnSync(process.execPath, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}

/** Bundles the provider again, so that the engine runs the current sources. */
export function bundleProvider(): void {
  build.bundle(["plugins/supabasex.cjs"]);
}
