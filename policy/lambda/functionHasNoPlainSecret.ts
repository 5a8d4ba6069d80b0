import { holdsSecret } from "../plainSecrets";
import { property, type ResourceRule } from "../rule";

export const functionHasNoPlainSecret: ResourceRule = {
  name: "function-has-no-plain-secret",
  description: "A function reads its secrets itself: its environment contains their names, not their values.",
  severity: "critical",
  controls: ["CKV_AWS_45"],
  types: ["aws:lambda/function:Function"],
  problem: ({ environment }) => {
    const variables = Object.entries(property(environment, "variables") ?? {});
    return variables.some(([name, value]) => holdsSecret(name, value))
      ? "must not have a secret in its environment"
      : undefined;
  },
};
