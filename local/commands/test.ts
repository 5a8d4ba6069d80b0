import { createRequire } from "node:module";
import path from "node:path";
import { execa } from "execa";
import { ensurePostgresInstalled, parseMajor } from "../../emulators/postgres";
import { supportedMajors } from "../../emulators/postgres/installation/majors";
import { ensureS3Installed } from "../../emulators/s3";
import { UserError } from "../../foundation/userError";
import { ensureCompressor } from "../compressor";
import { findExecutable } from "../toolchain/executables";
import { wholeRunVariable } from "../wholeRun.mts";
import { asksForHelp } from "./help";
import { chooseTestDatabases, describeDatabases, needDatabases, variablesFor } from "./testDatabases";
import { namedProjects, refuseUnknownProjects } from "./testProjects";

export interface TestOptions {
  /** Run the tests on this major version of PostgreSQL alone. */
  readonly postgresql?: string;
}

/** Runs vitest, by default on two versions of PostgreSQL. The first and the last line of the output name them. */
export async function test(checkout: string, args: readonly string[], options: TestOptions): Promise<number> {
  const major = options.postgresql === undefined ? undefined : parseMajor(options.postgresql);
  const program = vitestProgram();
  const { options: named, files } = await readArguments(args);
  const projects = namedProjects(named);
  refuseUnknownProjects(projects, supportedMajors);
  const isQuestion = args.length > 0 && asksForHelp(args);
  if (!isQuestion) requireGit();
  const databases =
    !isQuestion && needDatabases(args)
      ? await chooseTestDatabases({
          provide: async (wanted) =>
            await ensurePostgresInstalled(say, wanted === undefined ? {} : { major: wanted }),
          ...(major === undefined ? {} : { major }),
          say,
        })
      : undefined;
  if (databases !== undefined) {
    refuseUnknownProjects(projects, databases.second === undefined ? [] : [databases.second.major]);
    // The test setup checks these too, but vitest would print its errors with a stack trace.
    await ensureCompressor(say);
    await ensureS3Installed(say);
    say(describeDatabases(databases));
    if (files.length === 0 && process.env.EVERY_CASE !== "1")
      say("This run includes only some of the longest tests (docs/testing.md); EVERY_CASE=1 runs all.");
  }
  const result = await execa(
    process.execPath,
    [path.join(checkout, "local", "vitest.mjs"), program, "run", ...args],
    {
      cwd: checkout,
      env: {
        ...(databases && variablesFor(databases)),
        ...(files.length === 0 && { [wholeRunVariable]: "1" }),
      },
      stdio: "inherit",
      reject: false,
    },
  );
  if (databases !== undefined) say(describeDatabases(databases).replace("tests run", "tests ran"));
  return result.exitCode ?? 1;
}

function requireGit(): void {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  if (findExecutable("git", folders) !== undefined) return;
  throw new UserError(
    "The tests of plans and workflows need git, which is not on PATH: install git and run the command again.",
  );
}

/** Parses the arguments with vitest's own parser. */
async function readArguments(
  args: readonly string[],
): Promise<{ readonly options: { readonly project?: unknown }; readonly files: readonly string[] }> {
  if (!args.some((argument) => argument.startsWith("-"))) return { options: {}, files: args };
  const { parseCLI } = await import("vitest/node");
  const { options, filter } = parseCLI(["vitest", "run", ...args]);
  return { options, files: filter };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function vitestProgram(): string {
  const require = createRequire(__filename);
  try {
    return path.join(path.dirname(require.resolve("vitest/package.json")), "vitest.mjs");
  } catch (error) {
    throw new UserError(
      "vitest is not installed, because npm left out the development packages: run `npm ci --include=dev`, then run the command again.",
      1,
      { cause: error },
    );
  }
}
