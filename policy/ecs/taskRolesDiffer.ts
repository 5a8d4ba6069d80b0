import type { ResourceRule } from "../rule";

export const taskRolesDiffer: ResourceRule = {
  name: "task-roles-differ",
  description: "A task's role differs from its execution role.",
  severity: "high",
  controls: ["CKV_AWS_249"],
  types: ["aws:ecs/taskDefinition:TaskDefinition"],
  problem: ({ executionRoleArn, taskRoleArn }) =>
    taskRoleArn !== undefined && taskRoleArn !== executionRoleArn
      ? undefined
      : "must have a task role that is not its execution role",
};
