// Prints the TypeScript types of a stack's database for applications, one file for all schemas that its Data API
// exposes.
//   npm run -s types -- dev [--out database.types.ts | --check database.types.ts]
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Command } from "commander";
import { UserError } from "../../foundation/userError";
import { givenPath, namedStackOrLocal, run, type StackOption } from "../commandLine";
import { stackProject } from "../stackProject";
import { generateTypes, withoutPlatformVersion } from "./generate";

interface TypesOptions extends StackOption {
  readonly out?: string;
  readonly check?: string;
}

run(
  new Command("types")
    .description("Prints the TypeScript types of every schema that a stack's Data API exposes.")
    .argument("[stack]", "the stack; default: local")
    .option("-s, --stack <name>", "the same")
    .option("--out <file>", "write them to a file instead of standard output")
    .option("--check <file>", "print nothing, and fail if the file has other types")
    .action(async (argument: string | undefined, options: TypesOptions) => {
      const { out, check } = options;
      if (out !== undefined && check !== undefined)
        throw new UserError(
          "Use only one of --out and --check: the first writes the file that the second checks.",
        );
      const stack = namedStackOrLocal(argument, options, "types");
      const types = await generateTypes(await stackProject(stack, "types"));
      if (check !== undefined) await requireCurrent(check, types, stack);
      else if (out === undefined) process.stdout.write(types);
      else await writeTypes(givenPath(out), types);
    }),
);

async function writeTypes(file: string, types: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, types);
  } catch (cause) {
    const { message } = cause as Error;
    throw new UserError(`The types cannot be written (${message}): name another file.`, 1, { cause });
  }
}

/**
 * Checks that the file has these types, regardless of the platform version that wrote it.
 * @throws UserError if it differs.
 */
async function requireCurrent(file: string, types: string, stack: string): Promise<void> {
  const committed = await readFile(givenPath(file), "utf8").catch(() => undefined);
  if (committed !== undefined && withoutPlatformVersion(committed) === withoutPlatformVersion(types)) return;
  const issue =
    committed === undefined ? "cannot be read" : `does not match the current database of stack ${stack}`;
  throw new UserError(`${file} ${issue}: write it with \`npm run -s types -- ${stack} --out ${file}\`.`);
}
