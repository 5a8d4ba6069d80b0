import { everyContainer } from "../containers";
import type { ResourceRule } from "../rule";
import { property } from "../rule";

export const containerWritesLog: ResourceRule = {
  name: "container-writes-log",
  description: "A container writes a log in blocking mode.",
  severity: "medium",
  controls: ["ECS.9", "AwsSolutions-ECS7"],
  types: ["aws:ecs/taskDefinition:TaskDefinition"],
  problem: everyContainer(
    "must write to awslogs in mode blocking",
    ({ logConfiguration }) =>
      property(logConfiguration, "logDriver") === "awslogs" &&
      property(property(logConfiguration, "options"), "mode") === "blocking",
  ),
};
