import type { Fault } from "../faults";
import { plainKey, setCommand } from "../keys";
import type { ParsedStackConfig } from "../schema";
import type { Lenient, Path } from "../schemaTree";

/** The input of a rule: the valid part of the configuration. Missing and faulty values are undefined. */
export interface RuleContext {
  stack: string;
  config: Lenient<ParsedStackConfig>;
}

/** A rule across fields. It only reports faults that are certain from the valid part. */
export type Rule = (context: RuleContext) => Fault[];

/** Returns a fault of a plain leaf, with a value that satisfies the rule. */
export function faultAt(
  stack: string,
  path: Path,
  message: string,
  value?: string | number | boolean,
): Fault {
  return { key: plainKey(path), message, command: setCommand(stack, path, value) };
}
