import { eachOf, type StackRule } from "../rule";

export const secretCanBeRecovered: StackRule = {
  name: "secret-can-be-recovered",
  description: "In production a deleted secret can be restored.",
  severity: "medium",
  controls: ["SecretsManager.3"],
  onlyInProduction: true,
  problems: eachOf("aws:secretsmanager/secret:Secret", ({ recoveryWindowInDays }) =>
    recoveryWindowInDays === 0 ? "must have a recovery window" : undefined,
  ),
};
