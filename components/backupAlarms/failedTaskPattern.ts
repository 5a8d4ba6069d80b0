/**
 * Matches the event that ECS sends when a task of the cluster has stopped and did not succeed: an exit code other than
 * 0, none at all (killed, out of memory), or a task that never started.
 */
export function failedTaskPattern(clusterArn: string): Record<string, unknown> {
  return {
    source: ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    detail: {
      clusterArn: [clusterArn],
      lastStatus: ["STOPPED"],
      $or: [
        { containers: { exitCode: [{ "anything-but": 0 }] } },
        { containers: { exitCode: [{ exists: false }] } },
        { stopCode: ["TaskFailedToStart"] },
      ],
    },
  };
}
