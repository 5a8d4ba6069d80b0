import type { Issue } from "../issues";
import { plainKey, setCommand } from "../keys";
import type { ParsedStackConfig } from "../schema";
import type { Lenient, Path } from "../schemaTree";

/** The input of a rule: the valid part of the configuration. Missing and invalid values are undefined. */
export interface RuleContext {
  stack: string;
  config: Lenient<ParsedStackConfig>;
}

/** A rule across fields. It only reports issues that are certain from the valid part. */
export type Rule = (context: RuleContext) => Issue[];

/** Returns an issue of a plain leaf, with a value that satisfies the rule. */
export function issueAt(
  stack: string,
  path: Path,
  { message, value }: { readonly message: string; readonly value?: string | number | boolean | undefined },
): Issue {
  return { key: plainKey(path), message, command: setCommand(stack, path, value) };
}
