import type { Fault } from "../faults";
import { plainKey, setCommand } from "../keys";
import type { ParsedStackConfig } from "../schema";
import type { Lenient, Path } from "../schemaTree";

/** What a rule looks at: the valid part of the configuration. What is missing or at fault is undefined. */
export interface RuleContext {
  stack: string;
  config: Lenient<ParsedStackConfig>;
}

/** A rule across fields. It reports only what it can be sure of from the valid part. */
export type Rule = (context: RuleContext) => Fault[];

/** A fault of a plain leaf, with the value that would satisfy the rule. */
export function faultAt(
  stack: string,
  path: Path,
  message: string,
  value?: string | number | boolean,
): Fault {
  return { key: plainKey(path), message, command: setCommand(stack, path, value) };
}
