import { readFileSync } from "node:fs";
import { UserError } from "../foundation/userError";
import { accountSetUp, declaredAccount } from "./declaredAccount";
import { declaredStack } from "./declaredStack";
import { type ExportedStack, exportedStack } from "./exportedStack";

/**
 * Returns the stacks that a command line selects: those that it names, by default dev, prod and the account's set-up, or the
 * stack of an exported state.
 * @throws UserError for both at once, or for a file that cannot be read
 */
export async function auditedStacks(
  stacks: readonly string[],
  stateFile: string | undefined,
): Promise<ExportedStack[]> {
  if (stateFile === undefined)
    return await declaredStacks(stacks.length > 0 ? stacks : ["dev", "prod", accountSetUp]);
  if (stacks.length > 0)
    throw new UserError(
      `--state checks the stack of ${stateFile} alone: leave out ${stacks.join(" and ")}, or leave out --state.`,
    );
  return [readState(stateFile)];
}

/** Declares the stacks one after the other, because a process has only one set of the engine's mocks. */
async function declaredStacks(stacks: readonly string[]): Promise<ExportedStack[]> {
  const declared: ExportedStack[] = [];
  for (const stack of stacks) {
    const resources =
      stack === accountSetUp ? await declaredAccount() : (await declaredStack(stack)).resources;
    declared.push({ stack, resources });
  }
  return declared;
}

function readState(file: string): ExportedStack {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError(`${file} cannot be read: write it with \`pulumi stack export --file ${file}\`.`, 1, {
      cause,
    });
  }
  return exportedStack(file, text);
}
