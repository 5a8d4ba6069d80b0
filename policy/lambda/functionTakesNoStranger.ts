import type { ResourceRule } from "../rule";

export const functionTakesNoStranger: ResourceRule = {
  name: "function-takes-no-stranger",
  description:
    "A function can be called by roles of the account alone: it has no address of its own, and no one else a right on it.",
  severity: "critical",
  controls: ["CKV_AWS_258", "CKV_AWS_301", "Lambda.1"],
  types: ["aws:lambda/functionUrl:FunctionUrl", "aws:lambda/permission:Permission"],
  problem: ({ authorizationType, principal, sourceAccount, principalOrgId }) => {
    if (authorizationType === "NONE") return "must ask for AWS_IAM";
    const isOpen = principal === "*" && sourceAccount === undefined && principalOrgId === undefined;
    return isOpen ? "must not let everybody call the function" : undefined;
  },
};
