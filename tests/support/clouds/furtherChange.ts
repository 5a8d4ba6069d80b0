import { DescribeAlarmsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import {
  GetScheduleCommand,
  UpdateScheduleCommand,
  type UpdateScheduleCommandInput,
} from "@aws-sdk/client-scheduler";
import { GetQueueAttributesCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { Clouds } from "./clouds";
import type { Deployed } from "./deployed";

/** A manual change in addition to the one in the table of all resources. */
export interface FurtherChange {
  readonly name: string;
  /** The changed resource: its type and, if there are several, the end of its name. */
  readonly of: { readonly type: string; readonly ending?: string };
  /** The call that makes the change. */
  readonly by: string;
  change(clouds: Clouds, resource: Deployed): Promise<unknown>;
  /** The resource that a refresh reports, if it is not the changed one: its type and its full name. */
  readonly seenBy?: { readonly type: string; readonly ending: string };
  /** The properties that a refresh must report. */
  readonly reports: readonly string[];
  /** Texts that the report must show in addition to the properties. */
  readonly shows?: readonly string[];
}

export const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
export const tag = { Key: "owner", Value: "me" } as const;

export const role = (ending: string) => ({ type: "aws:iam/role:Role", ending }) as const;
export const schedule = (ending: string) => ({ type: "aws:scheduler/schedule:Schedule", ending }) as const;
export const alarm = (ending: string) =>
  ({ type: "aws:cloudwatch/metricAlarm:MetricAlarm", ending }) as const;
export const secret = {
  type: "aws:secretsmanager/secret:Secret",
  ending: "backup-database-password",
} as const;
export const topic = { type: "aws:sns/topic:Topic" } as const;
export const queue = { type: "aws:sqs/queue:Queue" } as const;
export const task = (ending: string) => ({ type: "aws:ecs/taskDefinition:TaskDefinition", ending }) as const;

/** Creates a managed policy and returns its ARN. */
export const managedPolicy = async ({ iam }: Clouds, PolicyName: string): Promise<string | undefined> =>
  (await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: everything }))).Policy?.Arn;

/** Updates these settings of a schedule, which the change in the table of all resources has already disabled. */
export const updateSchedule = async (
  { schedules }: Clouds,
  { id }: Deployed,
  settings: (found: UpdateScheduleCommandInput) => Partial<UpdateScheduleCommandInput>,
) => {
  const [GroupName, Name] = id.split("/");
  const { $metadata: _, ...found } = await schedules.send(new GetScheduleCommand({ GroupName, Name }));
  const before = found as UpdateScheduleCommandInput;
  await schedules.send(new UpdateScheduleCommand({ ...before, GroupName, Name, ...settings(before) }));
};

export const updateAlarm = async ({ alarms }: Clouds, { id }: Deployed, settings: object) => {
  const { MetricAlarms = [] } = await alarms.send(new DescribeAlarmsCommand({ AlarmNames: [id] }));
  const [found] = MetricAlarms;
  await alarms.send(
    new PutMetricAlarmCommand({
      AlarmName: id,
      AlarmDescription: found?.AlarmDescription,
      ActionsEnabled: found?.ActionsEnabled,
      AlarmActions: found?.AlarmActions,
      OKActions: found?.OKActions,
      Namespace: found?.Namespace,
      MetricName: found?.MetricName,
      Dimensions: found?.Dimensions,
      Statistic: found?.Statistic,
      Period: found?.Period,
      EvaluationPeriods: found?.EvaluationPeriods,
      DatapointsToAlarm: found?.DatapointsToAlarm,
      Threshold: found?.Threshold,
      ComparisonOperator: found?.ComparisonOperator,
      TreatMissingData: found?.TreatMissingData,
      ...settings,
    }),
  );
};

/** Registers a new revision in which one container differs. */
export const registerRevision = async ({ ecs }: Clouds, { id }: Deployed, differing: object) => {
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: id }));
  const containerDefinitions = (taskDefinition?.containerDefinitions ?? []).map((container) => ({
    ...container,
    ...differing,
  }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...(taskDefinition as RegisterTaskDefinitionCommandInput),
      containerDefinitions,
    }),
  );
};

/** Sets attributes of a queue with its policy: moto drops the policy of a queue when another attribute is set without it. */
export const setQueue = async (
  { sqs }: Clouds,
  { id }: Pick<Deployed, "id">,
  attributes: Record<string, string>,
) => {
  const names = { QueueUrl: id, AttributeNames: ["Policy" as const] };
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand(names));
  await sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: id, Attributes: { ...Attributes, ...attributes } }),
  );
};
