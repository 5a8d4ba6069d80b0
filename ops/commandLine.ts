import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import type { Command } from "commander";
import { runCommandLine } from "../foundation/commandLine";
import { UserError } from "../foundation/userError";

/** The options of programs in ops/ that take a value. With them, a command line can be parsed before its program runs. */
export const optionsWithValue = {
  stack: { type: "string", short: "s" },
  out: { type: "string" },
  format: { type: "string" },
  commit: { type: "string" },
  reviewed: { type: "string" },
  waivers: { type: "string" },
  base: { type: "string" },
  check: { type: "string" },
  like: { type: "string" },
} as const;

export interface StackOption {
  readonly stack?: string;
}

/**
 * Returns the stack that a command line names, as an argument or as `--stack`. Throws a UserError if it names none or
 * two.
 */
export function namedStack(argument: string | undefined, { stack }: StackOption, script: string): string {
  if (argument !== undefined && stack !== undefined && argument !== stack) {
    throw new UserError(`Name one stack: ${argument} or ${stack}.`);
  }
  const named = argument ?? stack;
  if (named === undefined || named === "") throw new UserError(`Name the stack: npm run ${script} -- dev`);
  if (!/^[\w.-]+(\/[\w.-]+){0,2}$/.test(named)) {
    throw new UserError(`${JSON.stringify(named)} is not the name of a stack.`);
  }
  return named;
}

/** Returns the stack that a command line names; `local` if it names none. Throws a UserError if it names two. */
export function namedStackOrLocal(
  argument: string | undefined,
  options: StackOption,
  script: string,
): string {
  return namedStack(argument ?? (options.stack === undefined ? "local" : undefined), options, script);
}

/** Resolves a path from the command line. npm runs programs in the folder of package.json. */
export function givenPath(given: string): string {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), given);
}

/** Returns the commit that is checked out; undefined outside of a repository. */
export function checkedOutCommit(): string | undefined {
  return git("rev-parse", "HEAD");
}

/** Returns the commit that is checked out. Throws a UserError if the files do not match a commit. */
export function requireCommit(): string {
  requireGit();
  const commit = checkedOutCommit();
  if (commit === undefined)
    throw new UserError("This folder is not a Git checkout: a plan is bound to a commit.");
  const changed = git("status", "--porcelain", "--untracked-files=normal");
  if (changed === undefined)
    throw new UserError(
      "A plan is bound to a commit, and `git status` fails in this checkout: run it to see why, and repair the checkout.",
    );
  if (changed !== "") {
    const [first = ""] = changed.split("\n");
    throw new UserError(
      `A plan is bound to a commit, but the checkout has uncommitted changes (${first.trim()}): commit them first.`,
    );
  }
  return commit;
}

/** Throws a UserError if git is not installed. */
function requireGit(): void {
  const { error } = spawnSync("git", ["--version"], { stdio: "ignore" });
  if ((error as NodeJS.ErrnoException | undefined)?.code !== "ENOENT") return;
  throw new UserError(
    "A plan is bound to a commit, and `git` is not on PATH: install git, then run this command again.",
  );
}

/** Returns the trimmed output of git; undefined if it fails. */
export function git(...args: string[]): string | undefined {
  try {
    return execFileSync("git", args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      // A list of files may be longer than the default, 1 MiB.
      maxBuffer: Number.POSITIVE_INFINITY,
    }).trim();
  } catch {
    return undefined;
  }
}

/** Runs a program in ops/ under the name of its npm script. */
export function run(program: Command): void {
  void runCommandLine(program, { calledAs: (command) => `npm run ${command.name()} --` });
}
