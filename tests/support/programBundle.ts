import path from "node:path";
import { build } from "esbuild";
import { checkoutRoot } from "../../foundation/checkout";

/**
 * The first line of a test's Pulumi program: loads the patches of Pulumi's SDK, as the stack's own program does. Without them, a program
 * starts more slowly, and one that fails hangs for 20 seconds or more (`build/pulumi-patches/plainErrors.cjs`).
 */
export const loadPatches = `require(${JSON.stringify(path.join(checkoutRoot(), "build", "pulumi-patches", "index.cjs"))});\n`;

/** Bundles a test's Pulumi program as `program.cjs` in the folder of its project. */
export async function bundleProgram(source: string, folder: string): Promise<void> {
  await build({
    entryPoints: [source],
    outfile: path.join(folder, "program.cjs"),
    banner: { js: loadPatches },
    bundle: true,
    platform: "node",
    format: "cjs",
    packages: "external",
    logLevel: "error",
  });
}
