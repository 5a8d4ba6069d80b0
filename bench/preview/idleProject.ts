import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";
import { stringify } from "yaml";
import { shellQuote } from "../../foundation/shellQuote";

export interface StackSize {
  readonly customResources: number;
  readonly components: number;
  readonly providers: number;
}

/**
 * Creates a project with this many resources, without dependencies and almost without inputs, of this many providers that do
 * nothing. It is the lower bound for a preview of any stack of this size.
 */
export function writeIdleProject(folder: string, checkout: string, size: StackSize): void {
  mkdirSync(folder);
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  buildSync({
    entryPoints: [path.join(checkout, "bench/preview/idleProvider.ts")],
    outfile: path.join(folder, "idleProvider.cjs"),
    bundle: true,
    // Bundled like the stack's own providers.
    target: "node20.19",
    mainFields: ["module", "main"],
    platform: "node",
    format: "cjs",
  });
  const names = Array.from({ length: size.providers }, (_, index) => `idle${index}`);
  for (const name of names) {
    mkdirSync(path.join(folder, name));
    const launcher = path.join(folder, name, `pulumi-resource-${name}`);
    const program = path.join(folder, "idleProvider.cjs");
    writeFileSync(
      launcher,
      `#!/bin/sh\nIDLE_PROVIDER=${name} exec ${shellQuote(process.execPath)} ${shellQuote(program)} "$@"\n`,
    );
    chmodSync(launcher, 0o755);
  }
  symlinkSync(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  write("package.json", JSON.stringify({ main: "index.js", dependencies: { "@pulumi/pulumi": "*" } }));
  write(
    "Pulumi.yaml",
    stringify({
      name: "idle",
      runtime: { name: "nodejs", options: { typescript: false } },
      plugins: { providers: names.map((name) => ({ name, path: `./${name}` })) },
      // Like in the stack, a preview first reads all resources.
      options: { refresh: "always" },
    }),
  );
  write(
    "index.js",
    `const pulumi = require("@pulumi/pulumi");
for (let i = 0; i < ${size.components}; i++) new pulumi.ComponentResource("idle:index:Component", "component-" + i);
for (let i = 0; i < ${size.customResources}; i++)
  new pulumi.CustomResource("idle" + (i % ${size.providers}) + ":index:Idle", "idle-" + i, { value: i }, { version: "1.0.0" });
`,
  );
}
