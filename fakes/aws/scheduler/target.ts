import type { AssignPublicIp, LaunchType, PropagateTags, Target } from "@aws-sdk/client-scheduler";
import { isJsonObject, type JsonValue } from "../../../foundation/json";
import { defined, pruned } from "../properties";

/** The target of a schedule, with the plugin's names. */
export type ScheduleTarget = {
  arn: string;
  roleArn: string;
  input?: string;
  deadLetterConfig?: { arn: string };
  retryPolicy?: { maximumEventAgeInSeconds?: number; maximumRetryAttempts?: number };
  ecsParameters?: {
    taskDefinitionArn: string;
    launchType?: string;
    platformVersion?: string;
    group?: string;
    taskCount?: number;
    propagateTags?: string;
    enableExecuteCommand?: boolean;
    enableEcsManagedTags?: boolean;
    networkConfiguration?: { subnets: string[]; securityGroups?: string[]; assignPublicIp?: boolean };
  };
};

/** The service's default: 185 attempts within a day. */
const defaultRetry = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 } as const;

export function toService(target: ScheduleTarget): Target {
  const { ecsParameters: ecs, retryPolicy: retry } = target;
  return {
    Arn: target.arn,
    RoleArn: target.roleArn,
    Input: target.input || undefined,
    ...(target.deadLetterConfig && { DeadLetterConfig: { Arn: target.deadLetterConfig.arn } }),
    RetryPolicy: {
      MaximumEventAgeInSeconds: retry?.maximumEventAgeInSeconds ?? defaultRetry.maximumEventAgeInSeconds,
      MaximumRetryAttempts: retry?.maximumRetryAttempts ?? defaultRetry.maximumRetryAttempts,
    },
    ...(ecs && {
      EcsParameters: {
        TaskDefinitionArn: ecs.taskDefinitionArn,
        TaskCount: ecs.taskCount ?? 1,
        LaunchType: ecs.launchType as LaunchType | undefined,
        PlatformVersion: ecs.platformVersion || undefined,
        Group: ecs.group || undefined,
        PropagateTags: (ecs.propagateTags || undefined) as PropagateTags | undefined,
        EnableExecuteCommand: ecs.enableExecuteCommand ?? false,
        EnableECSManagedTags: ecs.enableEcsManagedTags ?? false,
        ...(ecs.networkConfiguration && {
          NetworkConfiguration: {
            awsvpcConfiguration: {
              Subnets: ecs.networkConfiguration.subnets,
              SecurityGroups: ecs.networkConfiguration.securityGroups,
              AssignPublicIp: (ecs.networkConfiguration.assignPublicIp === true
                ? "ENABLED"
                : "DISABLED") satisfies AssignPublicIp,
            },
          },
        }),
      },
    }),
  };
}

export function fromService(target: Target): ScheduleTarget {
  const { EcsParameters: ecs, RetryPolicy: retry } = target;
  const network = ecs?.NetworkConfiguration?.awsvpcConfiguration;
  return defined({
    arn: target.Arn,
    roleArn: target.RoleArn,
    input: target.Input || undefined,
    deadLetterConfig: target.DeadLetterConfig?.Arn ? { arn: target.DeadLetterConfig.Arn } : undefined,
    retryPolicy: {
      maximumEventAgeInSeconds: retry?.MaximumEventAgeInSeconds ?? defaultRetry.maximumEventAgeInSeconds,
      maximumRetryAttempts: retry?.MaximumRetryAttempts ?? defaultRetry.maximumRetryAttempts,
    },
    ecsParameters:
      ecs &&
      defined({
        taskDefinitionArn: ecs.TaskDefinitionArn,
        taskCount: ecs.TaskCount ?? 1,
        launchType: ecs.LaunchType,
        platformVersion: ecs.PlatformVersion || undefined,
        group: ecs.Group || undefined,
        propagateTags: ecs.PropagateTags || undefined,
        enableExecuteCommand: ecs.EnableExecuteCommand ?? false,
        enableEcsManagedTags: ecs.EnableECSManagedTags ?? false,
        networkConfiguration:
          network &&
          defined({
            subnets: network.Subnets,
            securityGroups: network.SecurityGroups,
            assignPublicIp: network.AssignPublicIp === "ENABLED",
          }),
      }),
  }) as unknown as ScheduleTarget;
}

/** Normalizes a target: adds the service's defaults, removes empty values, and sorts subnets and groups. */
export function targetForm(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const target = value as unknown as ScheduleTarget;
  const { ecsParameters: ecs } = target;
  const sorted = (list: readonly string[] | undefined) => [...(list ?? [])].sort();
  const whole = {
    ...target,
    retryPolicy: { ...defaultRetry, ...target.retryPolicy },
    ...(ecs && {
      ecsParameters: {
        ...ecs,
        taskCount: ecs.taskCount ?? 1,
        ...(ecs.networkConfiguration && {
          networkConfiguration: {
            ...ecs.networkConfiguration,
            subnets: sorted(ecs.networkConfiguration.subnets),
            securityGroups: sorted(ecs.networkConfiguration.securityGroups),
          },
        }),
      },
    }),
  };
  // 0 retries differ from the service's default, so they must not be removed.
  const { maximumRetryAttempts } = whole.retryPolicy;
  return (
    pruned({
      ...whole,
      retryPolicy: { ...whole.retryPolicy, maximumRetryAttempts: String(maximumRetryAttempts) },
    }) ?? {}
  );
}
