import type { ResourceRule } from "../rule";

export const functionTakesNoStranger: ResourceRule = {
  name: "function-takes-no-stranger",
  description:
    "Only roles of the account can call a function: its URL requires IAM, and its policy allows no public access.",
  severity: "critical",
  controls: ["CKV_AWS_258", "CKV_AWS_301", "Lambda.1"],
  types: ["aws:lambda/functionUrl:FunctionUrl", "aws:lambda/permission:Permission"],
  problem: ({ authorizationType, principal, sourceAccount, principalOrgId }) => {
    if (authorizationType === "NONE") return "must require AWS_IAM";
    const isOpen = principal === "*" && sourceAccount === undefined && principalOrgId === undefined;
    return isOpen ? "must not make the function public" : undefined;
  },
};
