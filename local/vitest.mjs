// Runs vitest (the file in the first argument) with the other arguments. vitest itself prints a stack trace for an unknown
// option.
import { pathToFileURL } from "node:url";

const [program = ""] = process.argv.splice(2, 1);
try {
  await import(pathToFileURL(program).href);
} catch (error) {
  if (!(error instanceof Error) || error.name !== "CACError") throw error;
  process.stderr.write(
    `\`npm test\` does not accept these arguments (${error.message}): type \`npm test -- --help\` for its options.\n`,
  );
  process.exitCode = 1;
}
