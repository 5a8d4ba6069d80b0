import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { shellQuote } from "../../foundation/shellQuote";

const pulumiPackage = z.object({ pulumi: z.object({ name: z.string(), version: z.string() }) });

/** Our stand-ins: the package.json whose `pulumi` block says which plugin is wanted, and the program that serves it. */
const standIns = [
  { manifest: "node_modules/@pulumi/aws/package.json", program: "dist/providers/aws.cjs" },
  { manifest: "node_modules/@pulumi/postgresql/package.json", program: "dist/providers/postgresql.cjs" },
  { manifest: "sdks/supabase/package.json", program: "dist/providers/terraform-provider.cjs" },
] as const;

/** Puts the stand-ins where the engine looks for plugins of their name and version. Nothing else is in that folder. */
export async function installStandIns(checkout: string, pulumiHome: string): Promise<void> {
  await Promise.all(
    standIns.map(async ({ manifest, program }) => {
      const { pulumi } = pulumiPackage.parse(
        JSON.parse(await readFile(path.join(checkout, manifest), "utf8")),
      );
      const folder = path.join(pulumiHome, "plugins", `resource-${pulumi.name}-v${pulumi.version}`);
      await mkdir(folder, { recursive: true });
      await writeExecutable(
        path.join(folder, `pulumi-resource-${pulumi.name}`),
        `#!/bin/sh\nexec ${shellQuote(process.execPath)} ${shellQuote(path.join(checkout, program))} "$@"\n`,
      );
    }),
  );
}

/** Replaced in one step: an engine that starts the plugin meanwhile sees the old file or the new one. */
async function writeExecutable(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text);
  await chmod(draft, 0o755);
  await rename(draft, file);
}
