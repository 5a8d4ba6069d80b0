import type { Cluster } from "@pulumi/aws/ecs/cluster";
import type { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition";
import type { ScheduleArgs } from "@pulumi/aws/scheduler/schedule";
import type { ScheduleGroup } from "@pulumi/aws/scheduler/scheduleGroup";
import type { Queue } from "@pulumi/aws/sqs/queue";
import type { ExclusiveRole } from "../exclusiveRole";
import type { ScheduledBackupArgs } from "./scheduledBackupArgs";
import { scheduleNameOf } from "./taskNames";
import type { Task } from "./tasks";

interface SchedulePlaces {
  readonly cluster: Cluster;
  readonly deadLetterQueue: Queue;
  readonly group: ScheduleGroup;
  /** With which the scheduler starts the task. */
  readonly role: ExclusiveRole;
}

/** Returns the arguments of the schedule that starts a task on Fargate. */
export function scheduleArgs(
  task: Task & { readonly definition: TaskDefinition },
  args: ScheduledBackupArgs,
  { cluster, deadLetterQueue, group, role }: SchedulePlaces,
): ScheduleArgs {
  return {
    name: scheduleNameOf(task, args),
    groupName: group.name,
    scheduleExpression: task.expression,
    scheduleExpressionTimezone: args.schedule.timeZone,
    // Spreads the starts, because backups of all stacks need not start in the same second.
    flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
    kmsKeyArn: args.key?.arn,
    target: {
      arn: cluster.arn,
      roleArn: role.arn,
      ecsParameters: {
        taskDefinitionArn: task.definition.arn,
        launchType: "FARGATE",
        taskCount: 1,
        // Set explicitly, because a preview would otherwise show the service's value as removed.
        enableEcsManagedTags: false,
        enableExecuteCommand: false,
        propagateTags: "TASK_DEFINITION",
        networkConfiguration: {
          subnets: args.network.subnetIds,
          securityGroups: [task.securityGroup.id],
          assignPublicIp: args.assignPublicIp,
        },
      },
      // The service's default, 185 retries in a day, causes late and duplicate backups.
      retryPolicy: { maximumRetryAttempts: args.retryAttempts, maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: deadLetterQueue.arn },
    },
  };
}
