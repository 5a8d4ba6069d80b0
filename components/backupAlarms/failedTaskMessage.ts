/**
 * What the topic says of a task that failed. EventBridge puts each value in as JSON, quotes and all, only where the template has no
 * quotes around it: ECS quotes commands and registry answers in its reasons. `containers` holds exit codes and reasons, and is
 * always there, where a path to the exit code of a container that never started leads nowhere.
 */
export const failedTaskMessage = {
  inputPaths: {
    task: "$.detail.taskArn",
    group: "$.detail.group",
    reason: "$.detail.stoppedReason",
    containers: "$.detail.containers",
    at: "$.time",
  },
  inputTemplate: `{
  "alarm": "A backup task stopped and did not succeed",
  "at": <at>,
  "group": <group>,
  "reason": <reason>,
  "task": <task>,
  "containers": <containers>
}`,
} as const;
