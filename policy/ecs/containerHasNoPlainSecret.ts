import { everyContainer } from "../containers";
import { holdsSecret } from "../plainSecrets";
import { listOf, property, type ResourceRule } from "../rule";

export const containerHasNoPlainSecret: ResourceRule = {
  name: "container-has-no-plain-secret",
  description: "A container receives secrets by reference, not as values in its environment.",
  severity: "critical",
  controls: ["ECS.8"],
  types: ["aws:ecs/taskDefinition:TaskDefinition"],
  problem: everyContainer("must receive secrets by reference", ({ environment }) =>
    listOf(environment).every(
      (variable) => !holdsSecret(property(variable, "name"), property(variable, "value")),
    ),
  ),
};
