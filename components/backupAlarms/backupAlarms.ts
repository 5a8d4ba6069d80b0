import type { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { LogMetricFilter } from "@pulumi/aws/cloudwatch/logMetricFilter";
import { MetricAlarm, type MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm";
import type { Cluster } from "@pulumi/aws/ecs/cluster";
import type { Key } from "@pulumi/aws/kms/key";
import type { Queue } from "@pulumi/aws/sqs/queue";
import * as pulumi from "@pulumi/pulumi";
import {
  type AgeMeasured,
  type BackupCompleted,
  backupEvents,
  type DrillFinished,
} from "../../foundation/backupContract";
import type { AwsAccount } from "../awsAccount";
import { awsNames } from "../awsNames";
import type { AwsTags } from "../awsTags";
import { Component } from "../component";
import { hasMessages } from "../scheduledBackup/deadLetterQueue";
import { alarmTopic } from "./alarmTopic";
import { deletedBackupMessage, deletedBackupPattern } from "./deletedBackup";
import { failedTaskMessage } from "./failedTaskMessage";
import { failedTaskPattern } from "./failedTaskPattern";
import { topicRule, topicTarget } from "./topicRule";

const secondsPerHour = 3600;
/** The last lines of `backup run`, of `backup drill` of a restorable backup, and of `backup age`. */
const completed = `$.event = "${backupEvents.completed}"`;
const drillPassed = `$.event = "${backupEvents.drillPassed}"`;
const ageMeasured = `$.event = "${backupEvents.ageMeasured}"`;

/** Returns a field of such a line, for a metric filter. */
const field = <Line>(name: keyof Line & string): string => `$.${name}`;
const completedField = field<BackupCompleted>;
const drillField = field<DrillFinished>;
const ageField = field<AgeMeasured>;

export interface BackupAlarmsArgs {
  readonly account: AwsAccount;
  /** Prefix of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  /** Tags of all resources that support tags. */
  readonly tags: AwsTags;
  /** The log group of the backup task. */
  readonly logGroup: LogGroup;
  readonly cluster: Cluster;
  readonly deadLetterQueue: Queue;
  /** Encrypts the topic. Default: no encryption, because alarms cannot use the key that AWS manages. */
  readonly key?: Key | undefined;
  /** The bucket, if it sends events to EventBridge. Default: no alarm on deletions. */
  readonly bucketName?: pulumi.Input<string> | undefined;
  /** An existing topic to use instead of a new one. In this case `emails` is not used. */
  readonly topicArn?: pulumi.Input<string> | undefined;
  /** Addresses to which the topic sends mail after they have confirmed. */
  readonly emails: readonly string[];
  /** The maximum age of the newest backup, in hours. */
  readonly freshnessHours: number;
  /** The maximum time since the last passing drill, in hours. Default 50: two failed drills in a row. */
  readonly drillFreshnessHours?: number | undefined;
  /** How long a backup may be overdue for deletion, in hours. Default 50: two failed prunes in a row. */
  readonly pruneFreshnessHours?: number | undefined;
  /** The interval of measuring these ages, in hours. Default 1. */
  readonly ageIntervalHours?: number | undefined;
  /** The maximum duration of a backup, in minutes. */
  readonly durationMinutes: number;
  /** The minimum size of a backup, as a share of the previous one. */
  readonly minimumSizePercent: number;
}

/**
 * Alarms for backups that failed, were deleted, did not start, are too old, are far too small, took too long, or have not
 * passed a drill.
 */
export class BackupAlarms extends Component {
  /** The topic of all alarms. */
  readonly topicArn: pulumi.Output<string>;
  /** The same, unless the topic existed before. */
  readonly ownTopicArn: pulumi.Output<string> | undefined;
  /** The stack's subscriptions of its topic, as `<protocol> <endpoint>`. */
  readonly subscriptions: readonly string[];
  /** Name of each rule → ids of its targets. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  /** Names of the metric filters of the log group. */
  readonly metricFilters: readonly string[];
  readonly #metricFilters: string[] = [];

  constructor(name: string, args: BackupAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BackupAlarms", name, opts);
    this.topicArn = args.topicArn === undefined ? this.createTopic(args) : pulumi.output(args.topicArn);
    this.ownTopicArn = args.topicArn === undefined ? this.topicArn : undefined;
    this.subscriptions = args.emails.map((email) => `email ${email}`);
    const { failureRule, deletionRule } = awsNames(args.physicalName);
    this.targets = {
      [failureRule]: [topicTarget],
      ...(args.bucketName !== undefined && { [deletionRule]: [topicTarget] }),
    };

    this.createMetric(args, "completed", {
      pattern: `{ ${completed} }`,
      metric: "BackupBytes",
      value: completedField("bytes"),
      unit: "Bytes",
    });
    const seconds = drillField("restoreSeconds");
    this.createMetric(args, "drilled", {
      pattern: `{ ${drillPassed} }`,
      metric: "DrillRestoreSeconds",
      value: seconds,
      unit: "Seconds",
    });
    this.createAgeAlarm(args, "missing", {
      metric: "BackupAge",
      value: ageField("backupAgeSeconds"),
      hours: args.freshnessHours,
      what: "The newest backup is older than",
    });
    this.createAgeAlarm(args, "not-drilled", {
      metric: "DrillAge",
      value: ageField("drillAgeSeconds"),
      hours: args.drillFreshnessHours ?? 50,
      what: "No drill passed within",
    });
    this.createAgeAlarm(args, "not-pruned", {
      metric: "PruneOverdue",
      value: ageField("pruneOverdueSeconds"),
      hours: args.pruneFreshnessHours ?? 50,
      what: "A backup that is no longer kept was not deleted within",
    });

    const duration = completedField("seconds");
    this.createMetric(args, "duration", {
      pattern: `{ ${completed} && ${duration} = * }`,
      metric: "BackupSeconds",
      value: duration,
      unit: "Seconds",
    });
    this.createAlarm(args, "too-long", {
      alarmDescription: `A backup took longer than ${args.durationMinutes} minutes`,
      namespace: this.namespaceOf(args),
      metricName: "BackupSeconds",
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: args.durationMinutes * 60,
      period: secondsPerHour,
      evaluationPeriods: 1,
      treatMissingData: "ignore",
    });

    const percent = completedField("percentOfPrevious");
    const compared = `{ ${completed} && ${percent} = * }`;
    this.createMetric(args, "size", {
      pattern: compared,
      metric: "PercentOfPrevious",
      value: percent,
      unit: "Percent",
    });
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
      ...hasMessages(args.deadLetterQueue),
    });
    const { tags, deadLetterQueue } = args;
    const toTopic = { tags, deadLetterQueue, topicArn: this.topicArn };
    const children = { name: (suffix: string) => this.childName(suffix), options: this.childOptions() };
    // A schedule succeeds when ECS accepts the task. Only ECS reports how the task ended.
    topicRule(
      {
        ...toTopic,
        purpose: "failed",
        name: failureRule,
        description: "A backup task stopped and did not succeed",
        pattern: args.cluster.arn.apply(failedTaskPattern),
        message: failedTaskMessage,
      },
      children,
    );
    if (args.bucketName !== undefined) {
      topicRule(
        {
          ...toTopic,
          purpose: "deleted",
          name: deletionRule,
          description: "A part of a backup was deleted for good",
          pattern: pulumi.output(args.bucketName).apply(deletedBackupPattern),
          message: deletedBackupMessage,
        },
        children,
      );
    }

    this.metricFilters = this.#metricFilters;
    this.registerOutputs({ topicArn: this.topicArn });
  }

  private namespaceOf({ physicalName }: BackupAlarmsArgs): string {
    return awsNames(physicalName).metricNamespace;
  }

  private createTopic({ account, key, ...args }: BackupAlarmsArgs): pulumi.Output<string> {
    return alarmTopic(
      {
        ...args,
        name: awsNames(args.physicalName).alarmTopic,
        accountId: account.accountId,
        keyArn: key?.arn,
      },
      { name: (suffix) => this.childName(suffix), options: this.childOptions() },
    );
  }

  private createMetric(
    args: BackupAlarmsArgs,
    purpose: string,
    {
      pattern,
      metric,
      value,
      unit,
    }: { readonly pattern: string; readonly metric: string; readonly value: string; readonly unit: string },
  ): void {
    const filterName = `${args.physicalName}-backup-${purpose}`;
    this.#metricFilters.push(filterName);
    new LogMetricFilter(
      this.childName(`${purpose}-metric`),
      {
        name: filterName,
        logGroupName: args.logGroup.name,
        pattern,
        metricTransformation: { name: metric, namespace: this.namespaceOf(args), value, unit },
      },
      this.childOptions(),
    );
  }

  /**
   * Declares an alarm that fires when the age exceeds a number of hours, or is no longer measured. The metric is an age
   * and not a time, because CloudWatch looks back seven days at most and treats older points as missing, which made an
   * alarm on missing data late. A new alarm has no data, which does not change its state, so it does not fire before
   * the first measurement.
   */
  private createAgeAlarm(
    args: BackupAlarmsArgs,
    purpose: string,
    age: {
      readonly metric: string;
      readonly value: string;
      readonly hours: number;
      readonly what: string;
    },
  ): void {
    this.createMetric(args, `${purpose}-age`, {
      pattern: `{ ${ageMeasured} }`,
      metric: age.metric,
      value: age.value,
      unit: "Seconds",
    });
    this.createAlarm(args, purpose, {
      alarmDescription: `${age.what} ${age.hours} hours, or its age is not measured any more`,
      namespace: this.namespaceOf(args),
      metricName: age.metric,
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: age.hours * secondsPerHour,
      period: secondsPerHour,
      // The task starts within a window of a quarter of an hour, so an hour may have no measurement.
      evaluationPeriods: (args.ageIntervalHours ?? 1) + 1,
      datapointsToAlarm: 1,
      treatMissingData: "missing",
      insufficientDataActions: [this.topicArn],
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
}
