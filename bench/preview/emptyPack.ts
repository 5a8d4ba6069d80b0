import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Writes a policy pack without policies, which the engine starts and calls like ours. */
export function writeEmptyPack(folder: string, checkout: string): void {
  mkdirSync(folder);
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  symlinkSync(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
  write("PulumiPolicy.yaml", "runtime:\n  name: nodejs\n  options:\n    typescript: false\n");
  write(
    "package.json",
    JSON.stringify({ name: "empty", version: "0.1.0", private: true, main: "index.cjs" }),
  );
  write(
    "index.cjs",
    `process.chdir(__dirname);
const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("empty", { policies: [] });
`,
  );
}
