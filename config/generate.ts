// Writes the files that are generated from the schemas; with --check it only says which are stale.
//   npx tsx config/generate.ts [--check]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { generatedFiles } from "./generate/files";

const root = path.resolve(__dirname, "..");
const check = process.argv.includes("--check");

for (const [name, text] of Object.entries(generatedFiles())) {
  const file = path.join(root, name);
  if (check) {
    if (currentText(file) === text) continue;
    console.error(`${name} is stale; run: npx tsx config/generate.ts`);
    process.exitCode = 1;
  } else {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function currentText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
