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

/** The stack that a command line names; where it names none, the CLI's selected one is the embedded stack. */
export function stackOfCommand(args: readonly string[]): string {
  const [named] = args.flatMap((arg, index) => {
    if (arg === "-s" || arg === "--stack") return args[index + 1] ?? [];
    return arg.startsWith("--stack=") ? arg.slice("--stack=".length) : [];
  });
  return named ?? "local";
}

/** The folder for a command line: that of the local copy of an environment where it names one, else the checkout. */
export function folderOfCommand(paths: LocalPaths, args: readonly string[]): string {
  const stack = stackOfCommand(args);
  return stack.startsWith("like-") ? path.join(paths.directory, "stacks", stack) : paths.checkout;
}
