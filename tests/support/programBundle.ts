import path from "node:path";
import { build } from "esbuild";
import { checkoutRoot } from "../../foundation/checkout";

/**
 * Bundles a test's Pulumi program as `program.cjs` in the folder of its project. Like the stack's own program, it first loads the patches of
 * Pulumi's SDK. Without them, a program that fails hangs for 20 seconds or more (`build/pulumi-patches/plainErrors.cjs`).
 */
export async function bundleProgram(source: string, folder: string): Promise<void> {
  const patches = path.join(checkoutRoot(), "build", "pulumi-patches", "index.cjs");
  await build({
    entryPoints: [source],
    outfile: path.join(folder, "program.cjs"),
    banner: { js: `require(${JSON.stringify(patches)});` },
    bundle: true,
    platform: "node",
    format: "cjs",
    packages: "external",
    logLevel: "error",
  });
}
