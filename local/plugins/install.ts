import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { writeFileAtomically } from "../../foundation/atomicFile";
import { shellQuote } from "../../foundation/shellQuote";

const pulumiPackage = z.object({ pulumi: z.object({ name: z.string(), version: z.string() }) });

/** A plugin in the engine's home. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** The packages whose plugins the engine would download, and the program of our stand-in for each. */
const packages = [
  { manifest: "node_modules/@pulumi/aws/package.json", program: "dist/providers/aws.cjs" },
  { manifest: "node_modules/@pulumi/postgresql/package.json", program: "dist/providers/postgresql.cjs" },
  { manifest: "sdks/supabase/package.json", program: "dist/providers/terraform-provider.cjs" },
] as const;

/** Returns the plugins that the stack needs besides our own, from the `pulumi` block of each package. */
export async function neededPlugins(checkout: string): Promise<Plugin[]> {
  return await Promise.all(packages.map(async ({ manifest }) => await pluginOf(checkout, manifest)));
}

/** Installs the stand-ins under the plugin names and versions that the engine looks for. The folder contains nothing else. */
export async function installStandIns(checkout: string, pulumiHome: string): Promise<void> {
  const inCheckout = (file: string) => path.join(checkout, file);
  await Promise.all(
    packages.map(async ({ manifest, program }) => {
      const file = pluginFile(pulumiHome, await pluginOf(checkout, manifest));
      await mkdir(path.dirname(file), { recursive: true });
      // Atomic, because an engine may start the plugin meanwhile.
      writeFileAtomically(
        file,
        `#!/bin/sh\nexec ${[process.execPath, inCheckout("build/runBundle.cjs"), inCheckout(program)].map(shellQuote).join(" ")} "$@"\n`,
        { mode: 0o755 },
      );
    }),
  );
}

/** Returns the folder where the engine looks for a plugin. */
export function pluginFile(pulumiHome: string, { name, version }: Plugin): string {
  return path.join(pulumiHome, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
}

async function pluginOf(checkout: string, manifest: string): Promise<Plugin> {
  return pulumiPackage.parse(JSON.parse(await readFile(path.join(checkout, manifest), "utf8"))).pulumi;
}
