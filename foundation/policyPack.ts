import path from "node:path";
import { checkoutRoot } from "./checkout";

/** Returns the CLI's arguments for judging a stack by this repository's policy pack. */
export function policyPackArguments(): string[] {
  return ["--policy-pack", path.join(checkoutRoot(), "policy")];
}
