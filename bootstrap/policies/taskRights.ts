import { arnIn, arnsInRegions, type PolicyPlace } from "./place";
import type { ServiceRights } from "./rights";

/** Returns the permissions on the scheduled tasks: their log, cluster, schedules, password and queue. */
export function taskRights(place: PolicyPlace): readonly ServiceRights[] {
  const { prefix } = place;
  return [
    {
      name: "Log",
      resources: arnIn(place, "logs", `log-group:/${prefix}/*`),
      reads: ["logs:Describe*Filters", "logs:ListTagsForResource"],
      writes: [
        "logs:AssociateKmsKey",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DeleteMetricFilter",
        "logs:DeleteRetentionPolicy",
        "logs:DisassociateKmsKey",
        "logs:PutMetricFilter",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
      ],
    },
    {
      name: "Tasks",
      resources: [
        arnIn(place, "ecs", `cluster/${prefix}-backup`),
        arnIn(place, "ecs", `task-definition/${prefix}-backup*`),
      ],
      reads: ["ecs:ListTagsForResource"],
      writes: [
        "ecs:CreateCluster",
        "ecs:DeleteCluster",
        "ecs:PutClusterCapacityProviders",
        "ecs:RegisterTaskDefinition",
        "ecs:TagResource",
        "ecs:UntagResource",
        "ecs:UpdateCluster",
        "ecs:UpdateClusterSettings",
      ],
    },
    {
      name: "Schedules",
      resources: [
        arnIn(place, "scheduler", `schedule-group/${prefix}-backup`),
        arnIn(place, "scheduler", `schedule/${prefix}-backup/*`),
      ],
      reads: ["scheduler:GetSchedule*", "scheduler:ListTagsForResource"],
      writes: [
        "scheduler:CreateSchedule",
        "scheduler:CreateScheduleGroup",
        "scheduler:DeleteSchedule",
        "scheduler:DeleteScheduleGroup",
        "scheduler:TagResource",
        "scheduler:UntagResource",
        "scheduler:UpdateSchedule",
      ],
    },
    {
      name: "Password",
      resources: arnIn(place, "secretsmanager", `secret:${prefix}/*`),
      reads: [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:GetSecretValue",
        "secretsmanager:ListSecretVersionIds",
      ],
      writes: [
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteResourcePolicy",
        "secretsmanager:DeleteSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:RestoreSecret",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
        "secretsmanager:UpdateSecret",
        "secretsmanager:UpdateSecretVersionStage",
      ],
    },
    {
      name: "Queue",
      resources: arnsInRegions(place, "sqs", `${prefix}-backup-*`),
      reads: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
      writes: [
        "sqs:CreateQueue",
        "sqs:DeleteQueue",
        "sqs:SetQueueAttributes",
        "sqs:TagQueue",
        "sqs:UntagQueue",
      ],
    },
  ];
}
