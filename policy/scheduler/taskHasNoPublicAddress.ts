import { eachOf, property, type StackRule } from "../rule";

export const taskHasNoPublicAddress: StackRule = {
  name: "task-has-no-public-address",
  description: "In production no task has a public address.",
  severity: "high",
  controls: ["CKV_AWS_333", "ECS.2"],
  onlyInProduction: true,
  problems: eachOf("aws:scheduler/schedule:Schedule", ({ target }) =>
    property(property(property(target, "ecsParameters"), "networkConfiguration"), "assignPublicIp") === true
      ? "must not give its task a public address"
      : undefined,
  ),
};
