import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Dashboard } from "@pulumi/aws/cloudwatch/dashboard";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import type { Key } from "@pulumi/aws/kms/key";
import { Function as LambdaFunction } from "@pulumi/aws/lambda/function";
import { Schedule } from "@pulumi/aws/scheduler/schedule";
import type { Secret } from "@pulumi/aws/secretsmanager/secret";
import type { Queue } from "@pulumi/aws/sqs/queue";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../../config/aws/partition";
import { certificateInArchive, type ProbeVariable, probeFunction } from "../../foundation/probeContract";
import type { AwsAccount } from "../awsAccount";
import { awsNames } from "../awsNames";
import type { AwsTags } from "../awsTags";
import { Component, textOf } from "../component";
import type { DatabaseConnection } from "../databaseConnection";
import { ExclusiveRole } from "../exclusiveRole";
import { type ExistingSecret, passwordSecret } from "../passwordSecret";
import { schedulerTrust } from "../scheduledBackup/policies";
import { backupPorts, taskSecurityGroup } from "../scheduledBackup/securityGroup";
import type { TaskNetwork } from "../taskNetwork";
import { type DatabaseAlarm, databaseAlarms, type MonitoringThresholds, metricOf } from "./alarms";
import { probeMemoryMegabytes } from "./cost";
import { dashboardBody } from "./dashboard";
import { probePolicy, probeSchedulerPolicy, probeTrust } from "./policies";

export interface DatabaseMonitoringArgs {
  readonly account: AwsAccount;
  /** Prefix of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  /** Tags of all resources that support tags. */
  readonly tags: AwsTags;
  /** Connects as the role `monitoring` through the session pooler, because Lambda has no IPv6. */
  readonly connection: DatabaseConnection;
  /** Schemas that the Data API serves, whose tables must have row-level security. */
  readonly exposedSchemas: pulumi.Input<pulumi.Input<string>[]>;
  /** Encrypts password, log and schedule. Default: keys that AWS manages. */
  readonly key?: Key | undefined;
  /** The topic of the alarms. */
  readonly topicArn: pulumi.Input<string>;
  /** The group of the schedule. */
  readonly scheduleGroup: { readonly name: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  /** Stores calls that the schedule could not make. An alarm watches it. */
  readonly deadLetterQueue: Queue;
  /** Subnets with a NAT gateway, whose address the probe uses. Default: none, and no fixed address. */
  readonly network?: TaskNetwork | undefined;
  /** The interval of measurements in minutes, 1 to 60. */
  readonly intervalMinutes: number;
  /** The mean time above which a statement is slow. */
  readonly slowStatementMilliseconds: pulumi.Input<number>;
  /** How long a session must wait for a lock to count as blocked. */
  readonly blockedSeconds: pulumi.Input<number>;
  readonly thresholds: MonitoringThresholds;
  readonly logRetentionDays: pulumi.Input<number>;
  /** ARN of a managed policy that limits the roles' permissions. Default: no limit in addition to their policies. */
  readonly permissionsBoundaryArn?: pulumi.Input<string> | undefined;
  /** Refuses to delete or replace the log. Default true. */
  readonly deletionProtection?: boolean;
  /** Days in which a deleted password can be restored, 7 to 30; 0 deletes it at once. Default 7. */
  readonly secretRecoveryDays?: pulumi.Input<number>;
  /** The secret of an earlier deployment of the stack. Default: a new one. */
  readonly existingSecret?: ExistingSecret | undefined;
}

/**
 * Measures the database on a schedule and alarms if something is wrong: a Lambda function that runs this repository's
 * probe and publishes metrics, alarms on them, and a dashboard. The probe reads as the role `monitoring`, which sees no
 * tenant's rows.
 */
export class DatabaseMonitoring extends Component {
  readonly probe: LambdaFunction;
  /** Hash of the probe's program and certificate. It changes with each deployment of new code. */
  readonly probeProgram: pulumi.Output<string>;

  constructor(name: string, args: DatabaseMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DatabaseMonitoring", name, opts);
    const names = awsNames(args.physicalName);
    const children = { name: (suffix: string) => this.childName(suffix), options: this.childOptions() };
    const secret = passwordSecret(
      { ...args, name: names.monitoringPasswordSecret, role: "monitoring" },
      children,
    );
    const logGroup = new LogGroup(
      this.childName("log"),
      {
        name: names.databaseProbeLogGroup,
        tags: args.tags,
        retentionInDays: args.logRetentionDays,
        kmsKeyId: args.key?.arn,
      },
      this.childOptions({ protect: args.deletionProtection ?? true }),
    );
    this.probe = this.createFunction(args, logGroup, secret);
    this.probeProgram = pulumi.output(args.connection.sslRootCertificate).apply(programHash);
    this.createSchedule(args);
    const alarms = databaseAlarms(args.thresholds);
    for (const alarm of alarms) this.createAlarm(args, alarm);
    this.createDashboard(args, alarms);
    this.registerOutputs({ functionName: this.probe.name });
  }

  private createFunction(args: DatabaseMonitoringArgs, logGroup: LogGroup, secret: Secret): LambdaFunction {
    const { accountId, region } = args.account;
    const { databaseProbe: functionName, databaseMetricNamespace: namespace } = awsNames(args.physicalName);
    const functionArn = functionArnOf(args);
    const role = this.createRole("probe", args, {
      trust: pulumi
        .all([accountId, functionArn])
        .apply(([accountId, functionArn]) => probeTrust({ accountId, functionArn })),
      policy: pulumi
        .all([region, logGroup.arn, secret.arn, pulumi.output(args.key?.arn), functionArn])
        .apply(([region, logGroupArn, secretArn, keyArn, functionArn]) =>
          probePolicy({
            ...{ region, logGroupArn, secretArn, keyArn, namespace },
            functionArnInNetwork: args.network === undefined ? undefined : functionArn,
          }),
        ),
    });
    return new LambdaFunction(
      this.childName("probe"),
      {
        name: functionName,
        description: "Measures the database and publishes metrics",
        tags: args.tags,
        role: role.arn,
        runtime: probeFunction.runtime,
        architectures: ["arm64"],
        handler: probeFunction.handler,
        code: pulumi.output(args.connection.sslRootCertificate).apply(archive),
        memorySize: probeMemoryMegabytes,
        timeout: probeFunction.timeoutSeconds,
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        environment: { variables: this.environment(args, secret) },
        ...(args.network !== undefined && { vpcConfig: this.attachment(args, args.network) }),
      },
      // A function whose role has no permissions yet fails.
      this.childOptions({ dependsOn: role.policy }),
    );
  }

  private attachment({ physicalName, tags }: DatabaseMonitoringArgs, network: TaskNetwork) {
    const group = taskSecurityGroup(
      this.childName("security-group"),
      {
        name: awsNames(physicalName).databaseProbe,
        description: "Database probe: nothing comes in, only what a probe talks to goes out",
        network,
        tags,
        ports: backupPorts,
      },
      this.childOptions(),
    );
    return { subnetIds: network.subnetIds, securityGroupIds: [group.id] };
  }

  private environment(args: DatabaseMonitoringArgs, secret: Secret): pulumi.Output<Record<string, string>> {
    const { connection } = args;
    const variables: Record<ProbeVariable, pulumi.Input<string | undefined>> = {
      PGHOST: connection.host,
      PGPORT: textOf(connection.port),
      PGDATABASE: connection.database,
      PGUSER: connection.user,
      PGSSLMODE: connection.sslMode,
      PGSSLROOTCERT: pulumi
        .output(connection.sslRootCertificate)
        .apply((file) =>
          file === undefined ? undefined : `${probeFunction.folder}/${certificateInArchive(file)}`,
        ),
      PROBE_BLOCKED_SECONDS: textOf(args.blockedSeconds),
      PROBE_EXPOSED_SCHEMAS: pulumi.output(args.exposedSchemas).apply((schemas) => schemas.join(",")),
      PROBE_METRIC_NAMESPACE: awsNames(args.physicalName).databaseMetricNamespace,
      PROBE_PASSWORD_SECRET_ARN: secret.arn,
      PROBE_SLOW_STATEMENT_MILLISECONDS: textOf(args.slowStatementMilliseconds),
    };
    return pulumi
      .all(variables)
      .apply((known) =>
        Object.fromEntries(
          Object.entries(known).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
        ),
      );
  }

  private createRole(
    purpose: string,
    { physicalName, tags, permissionsBoundaryArn }: DatabaseMonitoringArgs,
    documents: Pick<ConstructorParameters<typeof ExclusiveRole>[1], "trust" | "policy">,
  ): ExclusiveRole {
    return new ExclusiveRole(
      this.childName(`${purpose}-role`),
      {
        name: `${physicalName}-monitoring-${purpose}`,
        policyName: purpose,
        tags,
        permissionsBoundaryArn,
        ...documents,
      },
      { parent: this },
    );
  }

  private createSchedule(args: DatabaseMonitoringArgs): void {
    const { account, key, deadLetterQueue, intervalMinutes, scheduleGroup } = args;
    const { databaseProbe } = awsNames(args.physicalName);
    const role = this.createRole("scheduler", args, {
      trust: pulumi
        .all([account.accountId, scheduleGroup.arn])
        .apply(([accountId, groupArn]) => schedulerTrust(accountId, groupArn)),
      policy: pulumi
        .all([account.region, functionArnOf(args), deadLetterQueue.arn, pulumi.output(key?.arn)])
        .apply(([region, functionArn, deadLetterQueueArn, keyArn]) =>
          probeSchedulerPolicy({ region, functionArn, deadLetterQueueArn, keyArn }),
        ),
    });
    new Schedule(
      this.childName("schedule"),
      {
        name: databaseProbe,
        groupName: scheduleGroup.name,
        scheduleExpression: intervalMinutes === 1 ? "rate(1 minute)" : `rate(${intervalMinutes} minutes)`,
        flexibleTimeWindow: { mode: "OFF" },
        kmsKeyArn: key?.arn,
        target: {
          arn: this.probe.arn,
          roleArn: role.arn,
          // A late measurement has no value, because the next one follows soon.
          retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
          deadLetterConfig: { arn: deadLetterQueue.arn },
        },
      },
      this.childOptions({ dependsOn: role.policy }),
    );
  }

  /**
   * Declares the alarms. A missing metric does not change an alarm's state, because the alarm for a probe that does not
   * run fires in that case. A new alarm has no data, which does not change its state either, so it does not fire before
   * the first measurement.
   */
  private createAlarm(args: DatabaseMonitoringArgs, alarm: DatabaseAlarm): void {
    const { purpose, description, rings, threshold, measurements, ringsWhenMissing } = alarm;
    new MetricAlarm(
      this.childName(purpose),
      {
        name: `${args.physicalName}-monitoring-${purpose}`,
        alarmDescription: `${description}: docs/operations.md, "Alarms of the database"`,
        namespace: awsNames(args.physicalName).databaseMetricNamespace,
        metricName: metricOf(alarm).name,
        statistic: rings === "above" ? "Maximum" : "Minimum",
        comparisonOperator: rings === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
        threshold,
        period: args.intervalMinutes * 60,
        evaluationPeriods: measurements,
        treatMissingData: "missing",
        alarmActions: [args.topicArn],
        okActions: [args.topicArn],
        ...(ringsWhenMissing && { insufficientDataActions: [args.topicArn] }),
        tags: args.tags,
      },
      this.childOptions(),
    );
  }

  private createDashboard(args: DatabaseMonitoringArgs, alarms: readonly DatabaseAlarm[]): void {
    const { databaseDashboard, databaseMetricNamespace: namespace } = awsNames(args.physicalName);
    new Dashboard(
      this.childName("dashboard"),
      {
        dashboardName: databaseDashboard,
        dashboardBody: pulumi
          .output(args.account.region)
          .apply((region) =>
            JSON.stringify(
              dashboardBody({ namespace, region, periodSeconds: args.intervalMinutes * 60, alarms }),
            ),
          ),
      },
      this.childOptions(),
    );
  }
}

/** Returns the ARN from the name, so a preview shows the policies that contain it. */
function functionArnOf({ account, physicalName }: DatabaseMonitoringArgs): pulumi.Output<string> {
  return pulumi
    .all([account.accountId, account.region])
    .apply(
      ([accountId, region]) =>
        `arn:${partitionOf(region)}:lambda:${region}:${accountId}:function:${awsNames(physicalName).databaseProbe}`,
    );
}

/** Returns the program with the certificate of the CA that signed the server's: name in the archive → file. */
function programFiles(certificate: string | undefined): Readonly<Record<string, string>> {
  return {
    [probeFunction.file]: probeFunction.bundle,
    ...(certificate !== undefined && { [certificateInArchive(certificate)]: certificate }),
  };
}

function archive(certificate: string | undefined): pulumi.asset.AssetArchive {
  return new pulumi.asset.AssetArchive(
    Object.fromEntries(
      Object.entries(programFiles(certificate)).map(([name, file]) => [
        name,
        new pulumi.asset.FileAsset(file),
      ]),
    ),
  );
}

function programHash(certificate: string | undefined): string {
  const hash = createHash("sha256");
  for (const [name, file] of Object.entries(programFiles(certificate))) {
    hash.update(JSON.stringify([name, readFileSync(file, "base64")]));
  }
  return hash.digest("hex");
}
