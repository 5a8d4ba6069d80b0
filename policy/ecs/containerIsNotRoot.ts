import { everyContainer } from "../containers";
import type { ResourceRule } from "../rule";

export const containerIsNotRoot: ResourceRule = {
  name: "container-is-not-root",
  description: "A container runs as a numeric user other than root.",
  severity: "high",
  controls: ["ECS.20"],
  types: ["aws:ecs/taskDefinition:TaskDefinition"],
  problem: everyContainer("must run as a numeric user other than root", ({ user }) =>
    /^[1-9]\d*(:\d+)?$/.test(String(user ?? "")),
  ),
};
