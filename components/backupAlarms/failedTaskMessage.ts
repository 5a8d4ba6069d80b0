/**
 * The topic's message about a failed task. EventBridge inserts each value as JSON, including quotes, only if the
 * template has no quotes around it; ECS quotes commands and registry answers in its reasons. `containers` contains exit
 * codes and reasons and always exists, whereas the exit code of a container that never started does not.
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
