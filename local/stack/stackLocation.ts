import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../foundation/userError";
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

/** The stacks that have a file in a project folder, by name. */
export function stacksIn(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** The environment that a local stack is a copy of; undefined for every other stack. */
export function environmentOf(stack: string): string | undefined {
  return stack.startsWith("like-") ? stack.slice("like-".length) : undefined;
}

/** Whether a stack is one of this machine: `local`, or the local copy of an environment. */
export function isLocalStack(stack: string): boolean {
  return stack === "local" || environmentOf(stack) !== undefined;
}

/** What brings a local stack up. */
export function startCommandOf(stack: string): string {
  const environment = environmentOf(stack);
  return environment === undefined ? "npm start" : `npm start -- --like ${environment}`;
}

/** @throws UserError unless `--like` names an environment: another stack than `local` that has a file. */
export function requireEnvironment(checkout: string, name: string): void {
  const environments = stacksIn(checkout).filter((stack) => stack !== "local");
  if (environments.includes(name)) return;
  throw new UserError(
    `There is no environment ${name} to make a local copy of: --like takes ${environments.join(" or ")}.`,
  );
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
  const environment = environmentOf(stack);
  if (environment === undefined) return paths.checkout;
  const folder = path.join(paths.directory, "stacks", stack);
  if (existsSync(folder)) return folder;
  requireEnvironment(paths.checkout, environment);
  throw new UserError(`There is no local copy ${stack} yet: make it with \`${startCommandOf(stack)}\`.`);
}

/**
 * Refuses a name that no stack of this repository has. A backend may want it in full, as `organization/project/stack`.
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

/** The refusal of a command that needs a deployed stack. */
export function notDeployed(stack: string): UserError {
  return new UserError(
    `Stack ${stack} is not deployed on this machine: run \`${startCommandOf(stack)}\`, then this command again.`,
  );
}
