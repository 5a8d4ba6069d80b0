/**
 * Returns the pattern of ECS's event for a task of the cluster that stopped without success: with an exit code other
 * than 0, without one (killed, out of memory), or without having started.
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
