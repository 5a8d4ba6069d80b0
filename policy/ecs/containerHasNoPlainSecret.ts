import { everyContainer } from "../containers";
import { listOf, property, type ResourceRule } from "../rule";

const secretName = /PASSWORD|SECRET|TOKEN|ACCESS_KEY|PRIVATE_KEY|API_KEY|SERVICE_ROLE/i;
/** `postgresql://user:password@host`. */
const secretText = /^[a-z]+:\/\/[^/@:]+:[^/@]+@/i;

export const containerHasNoPlainSecret: ResourceRule = {
  name: "container-has-no-plain-secret",
  description: "A secret reaches a container by reference, and not in its environment.",
  severity: "critical",
  controls: ["ECS.8"],
  types: ["aws:ecs/taskDefinition:TaskDefinition"],
  problem: everyContainer("must get secrets by reference", ({ environment }) =>
    listOf(environment).every(
      (variable) =>
        !secretName.test(String(property(variable, "name"))) &&
        !secretText.test(String(property(variable, "value"))),
    ),
  ),
};
