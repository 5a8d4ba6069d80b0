import path from "node:path";
import { checkoutRoot } from "./checkout";

/** Returns the CLI's arguments for checking a stack with this repository's policy pack. */
export function policyPackArguments(): string[] {
  return ["--policy-pack", path.join(checkoutRoot(), "policy")];
}
