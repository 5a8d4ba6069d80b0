import type { ResourceRule } from "../rule";

export const taskHasOwnNetwork: ResourceRule = {
  name: "task-has-own-network",
  description: "A task has its own network interface and its own processes.",
  severity: "high",
  controls: ["CKV_AWS_335", "ECS.3", "ECS.17"],
  types: ["aws:ecs/taskDefinition:TaskDefinition"],
  problem: ({ networkMode, pidMode, ipcMode }) =>
    networkMode === "awsvpc" && pidMode !== "host" && ipcMode !== "host"
      ? undefined
      : "must have the network mode awsvpc, and share no processes with its host",
};
