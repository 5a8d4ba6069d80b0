// Writes the files that are generated from the schemas: npm run config:generate [-- --check]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { runCommandLine } from "../foundation/commandLine";
import { generatedFiles } from "./generate/files";

const root = path.resolve(__dirname, "..");

const program = new Command("npm run config:generate --")
  .description("write the files that are generated from the schemas")
  .option("--check", "write nothing, and fail if a file is stale")
  .action(({ check }: { check?: boolean }) => {
    for (const [name, text] of Object.entries(generatedFiles())) {
      const file = path.join(root, name);
      if (check === true) {
        if (currentText(file) === text) continue;
        console.error(`${name} is stale: run \`npm run config:generate\`.`);
        process.exitCode = 1;
      } else {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    }
  });

function currentText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

void runCommandLine(program);
