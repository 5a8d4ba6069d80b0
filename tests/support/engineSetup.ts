import { createRequire } from "node:module";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { checkoutRoot } from "../../foundation/checkout";
import { ensureToolchain } from "../../local/toolchain";
import setupDatabases from "./databaseSetup";

/** Prepares once per project: programs and providers from the current sources, a Pulumi CLI, and the databases. */
export default async function setup(project: TestProject): Promise<void> {
  const build = createRequire(import.meta.url)(path.join(checkoutRoot(), "build", "bundle.cjs")) as {
    bundle: (outputs: string[]) => void;
    staleOutputs: () => string[];
  };
  build.bundle(build.staleOutputs());
  await ensureToolchain({ progress: (line) => console.log(`engine for the tests: ${line}`) });
  await setupDatabases(project);
}
