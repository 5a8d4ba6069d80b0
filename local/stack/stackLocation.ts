import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../foundation/userError";
import type { LocalPaths } from "../environment";

/** A stack and the project folder in which the CLI must run. */
export interface StackLocation {
  readonly stack: string;
  readonly folder: string;
}

/** Returns the embedded stack, whose project folder is the checkout. */
export function localStack(paths: LocalPaths): StackLocation {
  return { stack: "local", folder: paths.checkout };
}

/** Returns the stacks that have a file in a project folder, by name. */
export function stacksIn(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** Returns the environment that a local stack is a copy of; undefined for other stacks. */
export function environmentOf(stack: string): string | undefined {
  return stack.startsWith("like-") ? stack.slice("like-".length) : undefined;
}

/** Returns whether a stack is local: `local`, or the local copy of an environment. */
export function isLocalStack(stack: string): boolean {
  return stack === "local" || environmentOf(stack) !== undefined;
}

/** Returns the command that starts a local stack. */
export function startCommandOf(stack: string): string {
  const environment = environmentOf(stack);
  return environment === undefined ? "npm start" : `npm start -- --like ${environment}`;
}

/** @throws UserError unless `--like` names an environment: another stack than `local` that has a file. */
export function requireEnvironment(checkout: string, name: string): void {
  const environments = stacksIn(checkout).filter((stack) => stack !== "local");
  if (environments.includes(name)) return;
  throw new UserError(`There is no environment ${name} to copy: --like takes ${environments.join(" or ")}.`);
}

/** Returns the stack that a command line names. The default is the embedded stack, which the CLI has selected. */
export function stackOfCommand(args: readonly string[]): string {
  const [named] = args.flatMap((arg, index) => {
    if (arg === "-s" || arg === "--stack") return args[index + 1] ?? [];
    return arg.startsWith("--stack=") ? arg.slice("--stack=".length) : [];
  });
  return named ?? "local";
}

/** Returns the project folder for a command line: that of the local copy it names, else the checkout. */
export function folderOfCommand(paths: LocalPaths, args: readonly string[]): string {
  const stack = stackOfCommand(args);
  const environment = environmentOf(stack);
  if (environment === undefined) return paths.checkout;
  const folder = path.join(paths.directory, "stacks", stack);
  if (existsSync(folder)) return folder;
  requireEnvironment(paths.checkout, environment);
  throw new UserError(`There is no local copy ${stack} yet: create it with \`${startCommandOf(stack)}\`.`);
}

/**
 * Refuses the name of a stack that this repository does not have. Accepts the full form `organization/project/stack`.
 * @throws UserError that names the stacks there are.
 */
export function requireStack(checkout: string, stack: string): void {
  const stacks = stacksIn(checkout);
  const name = stack.slice(stack.lastIndexOf("/") + 1);
  if (isLocalStack(stack) || stacks.includes(name)) return;
  throw new UserError(
    `There is no stack ${stack}, because there is no file Pulumi.${name}.yaml: the stacks are ${stacks.join(", ")}.`,
  );
}

/** Returns the error of a command that needs a deployed stack. */
export function notDeployed(stack: string): UserError {
  return new UserError(
    `Stack ${stack} is not deployed on this machine: run \`${startCommandOf(stack)}\`, then this command again.`,
  );
}
