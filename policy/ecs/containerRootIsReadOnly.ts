import { everyContainer } from "../containers";
import type { ResourceRule } from "../rule";

export const containerRootIsReadOnly: ResourceRule = {
  name: "container-root-is-read-only",
  description: "The root file system of a container is read-only.",
  severity: "medium",
  controls: ["CKV_AWS_336", "ECS.5"],
  types: ["aws:ecs/taskDefinition:TaskDefinition"],
  problem: everyContainer(
    "must have readonlyRootFilesystem",
    (container) => container.readonlyRootFilesystem === true,
  ),
};
