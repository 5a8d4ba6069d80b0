import { EventRule } from "@pulumi/aws/cloudwatch/eventRule";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget";
import type { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { LogMetricFilter } from "@pulumi/aws/cloudwatch/logMetricFilter";
import { MetricAlarm, type MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm";
import type { Cluster } from "@pulumi/aws/ecs/cluster";
import type { Key } from "@pulumi/aws/kms/key";
import { Topic } from "@pulumi/aws/sns/topic";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription";
import type { Queue } from "@pulumi/aws/sqs/queue";
import * as pulumi from "@pulumi/pulumi";
import { type BackupCompleted, backupEvents, type DrillFinished } from "../../foundation/backupContract";
import type { AwsAccount } from "../awsAccount";
import { awsNames } from "../awsNames";
import type { AwsTags } from "../awsTags";
import { Component } from "../component";
import { failedTaskMessage } from "./failedTaskMessage";
import { failedTaskPattern } from "./failedTaskPattern";
import { topicPolicyDocument } from "./topicPolicyDocument";

const secondsPerHour = 3600;
const failureTarget = "alarm-topic";
/** The lines that `backup run`, and `backup drill` of a backup that restores, end with. */
const completed = `$.event = "${backupEvents.completed}"`;
const drillPassed = `$.event = "${backupEvents.drillPassed}"`;

/** A field of such a line, for a metric filter. */
const field = <Line>(name: keyof Line & string): string => `$.${name}`;
const completedField = field<BackupCompleted>;
const drillField = field<DrillFinished>;

export interface BackupAlarmsArgs {
  readonly account: AwsAccount;
  /** Beginning of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  /** Tags of everything that can carry any. */
  readonly tags: AwsTags;
  /** Where the backup task writes to. */
  readonly logGroup: LogGroup;
  readonly cluster: Cluster;
  readonly deadLetterQueue: Queue;
  /** Encrypts the topic. Default: nothing does; the key that AWS manages would shut alarms out. */
  readonly key?: Key | undefined;
  /** An existing topic in place of one of our own; then `emails` is not used. */
  readonly topicArn?: string | undefined;
  /** Addresses that the topic mails to, once they have confirmed. */
  readonly emails: readonly string[];
  /** Alarm when no backup was completed within so many hours, 1 to 168: CloudWatch looks back seven days. */
  readonly freshnessHours: number;
  /** Alarm when no drill passed within so many hours, 1 to 168. Default 50: the second in a row that did not. */
  readonly drillFreshnessHours?: number | undefined;
  /** Alarm when a backup has less than this share of the bytes of the one before. */
  readonly minimumSizePercent: number;
}

/** Alarms for a backup that failed, did not start, is missing, is far too small, or was not shown to restore. */
export class BackupAlarms extends Component {
  /** Topic that all alarms go to. */
  readonly topicArn: pulumi.Output<string>;
  /** The same, unless the topic was there before. */
  readonly ownTopicArn: pulumi.Output<string> | undefined;
  /** What the stack subscribes to its topic, as `<protocol> <endpoint>`. */
  readonly subscriptions: readonly string[];
  /** Name of each rule → ids of its targets. */
  readonly targets: Readonly<Record<string, readonly string[]>>;

  constructor(name: string, args: BackupAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BackupAlarms", name, opts);
    this.topicArn = args.topicArn === undefined ? this.createTopic(args) : pulumi.output(args.topicArn);
    this.ownTopicArn = args.topicArn === undefined ? this.topicArn : undefined;
    this.subscriptions = args.emails.map((email) => `email ${email}`);
    this.targets = { [awsNames(args.physicalName).failureRule]: [failureTarget] };

    this.createMetric(args, "completed", `{ ${completed} }`, "BackupBytes", completedField("bytes"), "Bytes");
    this.createFreshnessAlarm(args, "missing", "BackupBytes", args.freshnessHours, "No backup was completed");
    const seconds = drillField("restoreSeconds");
    this.createMetric(args, "drilled", `{ ${drillPassed} }`, "DrillRestoreSeconds", seconds, "Seconds");
    const drillHours = args.drillFreshnessHours ?? 50;
    this.createFreshnessAlarm(args, "not-drilled", "DrillRestoreSeconds", drillHours, "No drill passed");

    const percent = completedField("percentOfPrevious");
    const compared = `{ ${completed} && ${percent} = * }`;
    this.createMetric(args, "size", compared, "PercentOfPrevious", percent, "Percent");
    this.createAlarm(args, "too-small", {
      alarmDescription: `A backup has less than ${args.minimumSizePercent} % of the bytes of the one before`,
      namespace: this.namespaceOf(args),
      metricName: "PercentOfPrevious",
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: args.minimumSizePercent,
      period: secondsPerHour,
      evaluationPeriods: 1,
      treatMissingData: "ignore",
    });

    this.createAlarm(args, "not-started", {
      alarmDescription:
        "A schedule could not start its task, or the message of a failed one did not arrive: see the dead-letter queue",
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: args.deadLetterQueue.name },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 300,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
    });
    this.createFailureRule(args);

    this.registerOutputs({ topicArn: this.topicArn });
  }

  private namespaceOf({ physicalName }: BackupAlarmsArgs): string {
    return awsNames(physicalName).metricNamespace;
  }

  private createTopic(args: BackupAlarmsArgs): pulumi.Output<string> {
    const topic = new Topic(
      this.childName("topic"),
      { name: awsNames(args.physicalName).alarmTopic, kmsMasterKeyId: args.key?.arn, tags: args.tags },
      this.childOptions(),
    );
    new TopicPolicy(
      this.childName("topic-policy"),
      {
        arn: topic.arn,
        policy: pulumi
          .all([topic.arn, args.account.accountId])
          .apply(([topicArn, accountId]) => JSON.stringify(topicPolicyDocument(topicArn, accountId))),
      },
      this.childOptions(),
    );
    for (const email of args.emails) {
      new TopicSubscription(
        this.childName(`mail-${email}`),
        { topic: topic.arn, protocol: "email", endpoint: email },
        this.childOptions(),
      );
    }
    return topic.arn;
  }

  private createMetric(
    args: BackupAlarmsArgs,
    purpose: string,
    pattern: string,
    metric: string,
    value: string,
    unit: string,
  ): void {
    new LogMetricFilter(
      this.childName(`${purpose}-metric`),
      {
        name: `${args.physicalName}-backup-${purpose}`,
        logGroupName: args.logGroup.name,
        pattern,
        metricTransformation: { name: metric, namespace: this.namespaceOf(args), value, unit },
      },
      this.childOptions(),
    );
  }

  /** Rings when the metric had no value for so long. */
  private createFreshnessAlarm(
    args: BackupAlarmsArgs,
    purpose: string,
    metricName: string,
    hours: number,
    what: string,
  ): void {
    this.createAlarm(args, purpose, {
      alarmDescription: `${what} within ${hours} hours`,
      namespace: this.namespaceOf(args),
      metricName,
      statistic: "SampleCount",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: secondsPerHour,
      evaluationPeriods: hours,
      datapointsToAlarm: hours,
      // An hour without one has no data at all, and so has a schedule that no longer runs.
      treatMissingData: "breaching",
    });
  }

  private createAlarm(
    args: BackupAlarmsArgs,
    purpose: string,
    settings: Omit<MetricAlarmArgs, "name" | "alarmActions" | "okActions">,
  ): void {
    new MetricAlarm(
      this.childName(purpose),
      {
        name: `${args.physicalName}-backup-${purpose}`,
        alarmActions: [this.topicArn],
        okActions: [this.topicArn],
        tags: args.tags,
        ...settings,
      },
      this.childOptions(),
    );
  }

  /** The schedule succeeds when ECS takes the task on; only ECS itself tells how the task ended. */
  private createFailureRule(args: BackupAlarmsArgs): void {
    const rule = new EventRule(
      this.childName("failed"),
      {
        name: awsNames(args.physicalName).failureRule,
        description: "A backup task stopped and did not succeed",
        tags: args.tags,
        eventPattern: args.cluster.arn.apply((arn) => JSON.stringify(failedTaskPattern(arn))),
      },
      this.childOptions(),
    );
    new EventTarget(
      this.childName("failed-target"),
      {
        rule: rule.name,
        targetId: failureTarget,
        arn: this.topicArn,
        inputTransformer: failedTaskMessage,
        // A message that SNS does not take is kept, and `not-started` rings.
        deadLetterConfig: { arn: args.deadLetterQueue.arn },
      },
      this.childOptions(),
    );
  }
}
