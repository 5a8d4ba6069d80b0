import path from "node:path";
import type { LocalPaths } from "../environment";

/** A stack and the project folder that the CLI has to stand in for it. */
export interface StackLocation {
  readonly stack: string;
  readonly folder: string;
}

/** The embedded stack, whose project folder is the checkout. */
export function localStack(paths: LocalPaths): StackLocation {
  return { stack: "local", folder: paths.checkout };
}

/** The folder for a command line: that of the local copy of an environment where it names one, else the checkout. */
export function folderOfCommand(paths: LocalPaths, args: readonly string[]): string {
  const named = args.flatMap((arg, index) => {
    if (arg === "-s" || arg === "--stack") return args[index + 1] ?? [];
    return arg.startsWith("--stack=") ? arg.slice("--stack=".length) : [];
  });
  const like = named.find((stack) => stack.startsWith("like-"));
  return like === undefined ? paths.checkout : path.join(paths.directory, "stacks", like);
}
