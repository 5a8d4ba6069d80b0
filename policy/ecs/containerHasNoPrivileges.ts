import { everyContainer } from "../containers";
import type { ResourceRule } from "../rule";
import { listOf, property } from "../rule";

export const containerHasNoPrivileges: ResourceRule = {
  name: "container-has-no-privileges",
  description: "A container has neither privileges nor capabilities.",
  severity: "high",
  controls: ["CKV_AWS_334", "ECS.4"],
  types: ["aws:ecs/taskDefinition:TaskDefinition"],
  problem: everyContainer(
    "must not be privileged, and must drop all capabilities",
    ({ privileged, linuxParameters }) =>
      privileged !== true &&
      listOf(property(property(linuxParameters, "capabilities"), "drop")).includes("ALL"),
  ),
};
