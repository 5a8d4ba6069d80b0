import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { Cluster } from "@pulumi/aws/ecs/cluster";
import { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition";
import type { Key } from "@pulumi/aws/kms/key";
import type { Bucket } from "@pulumi/aws/s3/bucket";
import { Schedule } from "@pulumi/aws/scheduler/schedule";
import { ScheduleGroup } from "@pulumi/aws/scheduler/scheduleGroup";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import { Queue } from "@pulumi/aws/sqs/queue";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "../awsAccount";
import { Component } from "../component";
import type { DatabaseConnection } from "../databaseConnection";
import type { TaskNetwork } from "../taskNetwork";
import { containerDefinition } from "./containerDefinition";
import {
  ecrRepositoryArn,
  executionPolicy,
  queuePolicy,
  schedulerPolicy,
  schedulerTrust,
  taskTrust,
  writerPolicy,
} from "./policies";
import { TaskRole } from "./taskRole";

/** Names, HTTPS and PostgreSQL (direct and session pooler): what a backup talks to. */
const outgoingPorts = [
  { port: 53, protocol: "udp", description: "Names" },
  { port: 443, protocol: "tcp", description: "S3, Secrets Manager, logs, registry" },
  { port: 5432, protocol: "tcp", description: "PostgreSQL" },
] as const;

const secondsPerDay = 24 * 3600;

export interface ScheduledBackupArgs {
  readonly account: AwsAccount;
  /** Beginning of the names in AWS, such as `thorbis-prod`; see `physicalName`. */
  readonly physicalName: string;
  readonly bucket: Bucket;
  /** Key of the bucket; password, log and schedule are encrypted with it too. Default: keys that AWS manages. */
  readonly key?: Key | undefined;
  /** As the role `backup`: reads every row, writes none. */
  readonly connection: DatabaseConnection;
  readonly schedule: {
    /** EventBridge Scheduler's `cron(…)` or `rate(…)`. */
    readonly expression: string;
    /** IANA time zone. */
    readonly timeZone: string;
  };
  /** How often the schedule tries again, within an hour, to start a task that did not start: 0 to 3. */
  readonly retryAttempts: number;
  /** Container image of the backup program; by digest in production. */
  readonly image: string;
  /** 1024 is one vCPU. */
  readonly cpuUnits: number;
  readonly memoryMegabytes: number;
  /** `pg_dump` processes at once. */
  readonly parallelDumps: number;
  readonly network: TaskNetwork;
  /** A public address, for subnets without a NAT gateway. */
  readonly assignPublicIp: boolean;
  readonly logRetentionDays: number;
  /** Metrics of each task, which cost a few cents a run. Default true. */
  readonly containerInsights?: boolean;
  /**
   * Days in which a deleted password can be brought back, 7 to 30, and its name cannot be used anew; 0 deletes it at
   * once, for stacks that come and go. Default 7.
   */
  readonly secretRecoveryDays?: number;
}

/** A backup on a schedule: EventBridge Scheduler starts a Fargate task that runs this repository's backup program. */
export class ScheduledBackup extends Component {
  readonly schedule: Schedule;
  readonly cluster: Cluster;
  readonly taskDefinition: TaskDefinition;
  readonly deadLetterQueue: Queue;
  readonly logGroup: LogGroup;

  constructor(name: string, args: ScheduledBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ScheduledBackup", name, opts);
    const { accountId, region } = args.account;
    const keyArn = pulumi.output(args.key?.arn);

    this.logGroup = new LogGroup(
      this.childName("log"),
      {
        name: `/${args.physicalName}/backup`,
        retentionInDays: args.logRetentionDays,
        kmsKeyId: args.key?.arn,
      },
      this.childOptions(),
    );
    const secret = this.createPassword(args);
    this.cluster = new Cluster(
      this.childName("cluster"),
      {
        name: `${args.physicalName}-backup`,
        settings: [
          {
            name: "containerInsights",
            value: (args.containerInsights ?? true) ? "enabled" : "disabled",
          },
        ],
      },
      this.childOptions(),
    );
    this.deadLetterQueue = this.createDeadLetterQueue(args.physicalName);

    const trust = pulumi
      .all([accountId, region])
      .apply(([accountId, region]) => taskTrust({ accountId, region }));
    const executionRole = this.createRole("execution", args, {
      trust,
      policy: pulumi
        .all([region, this.logGroup.arn, secret.arn, keyArn])
        .apply(([region, logGroupArn, secretArn, keyArn]) =>
          executionPolicy({
            region,
            logGroupArn,
            secretArn,
            keyArn,
            repositoryArn: ecrRepositoryArn(args.image),
          }),
        ),
    });
    const taskRole = this.createRole("task", args, {
      trust,
      policy: pulumi
        .all([region, args.bucket.arn, keyArn])
        .apply(([region, bucketArn, keyArn]) => writerPolicy({ region, bucketArn, keyArn })),
    });
    this.taskDefinition = this.createTaskDefinition(args, {
      secretArn: secret.arn,
      executionRoleArn: executionRole.arn,
      taskRoleArn: taskRole.arn,
    });

    const group = new ScheduleGroup(
      this.childName("schedule-group"),
      { name: `${args.physicalName}-backup` },
      this.childOptions(),
    );
    const schedulerRole = this.createRole("scheduler", args, {
      trust: pulumi.all([accountId, group.arn]).apply(([accountId, arn]) => schedulerTrust(accountId, arn)),
      policy: pulumi
        .all([
          region,
          this.taskDefinition.arnWithoutRevision,
          this.cluster.arn,
          [executionRole.arn, taskRole.arn],
          this.deadLetterQueue.arn,
          keyArn,
        ])
        .apply(([region, taskFamilyArn, clusterArn, roleArns, deadLetterQueueArn, keyArn]) =>
          schedulerPolicy({ region, taskFamilyArn, clusterArn, roleArns, deadLetterQueueArn, keyArn }),
        ),
    });
    this.schedule = this.createSchedule(args, { groupName: group.name, role: schedulerRole });

    this.registerOutputs({ scheduleName: this.schedule.name, taskDefinitionArn: this.taskDefinition.arn });
  }

  /** The password of the role `backup`, where the task's container gets it from. */
  private createPassword(args: ScheduledBackupArgs): Secret {
    const secret = new Secret(
      this.childName("database-password"),
      {
        name: `${args.physicalName}/backup/database-password`,
        description: "Password of the PostgreSQL role backup",
        kmsKeyId: args.key?.arn,
        recoveryWindowInDays: args.secretRecoveryDays ?? 7,
      },
      this.childOptions(),
    );
    new SecretVersion(
      this.childName("database-password-version"),
      {
        secretId: secret.id,
        secretString: pulumi.secret(args.connection.password),
        // Named, so that a password that somebody else puts in is found and taken back.
        versionStages: ["AWSCURRENT"],
      },
      this.childOptions(),
    );
    return secret;
  }

  private createDeadLetterQueue(physicalName: string): Queue {
    const queue = new Queue(
      this.childName("dead-letters"),
      {
        name: `${physicalName}-backup-dead-letters`,
        messageRetentionSeconds: 14 * secondsPerDay,
        sqsManagedSseEnabled: true,
      },
      this.childOptions(),
    );
    new QueuePolicy(
      this.childName("dead-letters-policy"),
      { queueUrl: queue.url, policy: queue.arn.apply((arn) => JSON.stringify(queuePolicy(arn))) },
      this.childOptions(),
    );
    return queue;
  }

  private createRole(
    purpose: string,
    { physicalName }: ScheduledBackupArgs,
    documents: Pick<ConstructorParameters<typeof TaskRole>[1], "trust" | "policy">,
  ): TaskRole {
    return new TaskRole(
      this.childName(`${purpose}-role`),
      { name: `${physicalName}-backup-${purpose}`, policyName: purpose, ...documents },
      { parent: this },
    );
  }

  private createTaskDefinition(
    args: ScheduledBackupArgs,
    { secretArn, ...roles }: Record<"secretArn" | "executionRoleArn" | "taskRoleArn", pulumi.Output<string>>,
  ): TaskDefinition {
    const { connection } = args;
    const environment = pulumi.all({
      AWS_REGION: args.account.region,
      BACKUP_BUCKET: args.bucket.bucket,
      BACKUP_PARALLEL_DUMPS: String(args.parallelDumps),
      PGHOST: connection.host,
      PGPORT: pulumi.output(connection.port).apply(String),
      PGDATABASE: connection.database,
      PGUSER: connection.user,
      PGSSLMODE: connection.sslMode,
    });
    const containers = pulumi
      .all([args.account.region, this.logGroup.name, secretArn, environment])
      .apply(([region, logGroupName, databasePasswordSecretArn, environment]) => {
        const { image } = args;
        return JSON.stringify([
          containerDefinition({ image, region, logGroupName, databasePasswordSecretArn, environment }),
        ]);
      });
    return new TaskDefinition(
      this.childName("task-definition"),
      {
        family: `${args.physicalName}-backup`,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: String(args.cpuUnits),
        memory: String(args.memoryMegabytes),
        runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
        // A revision that somebody else registers is drift.
        trackLatest: true,
        containerDefinitions: containers,
        ...roles,
      },
      this.childOptions(),
    );
  }

  private createSchedule(
    args: ScheduledBackupArgs,
    { groupName, role }: { readonly groupName: pulumi.Output<string>; readonly role: TaskRole },
  ): Schedule {
    const securityGroup = new SecurityGroup(
      this.childName("security-group"),
      {
        name: `${args.physicalName}-backup`,
        description: "Backup task: nothing comes in, only what a backup talks to goes out",
        vpcId: args.network.vpcId,
        ingress: [],
        egress: outgoingPorts.map(({ port, protocol, description }) => ({
          protocol,
          fromPort: port,
          toPort: port,
          cidrBlocks: ["0.0.0.0/0"],
          ipv6CidrBlocks: ["::/0"],
          description,
        })),
      },
      this.childOptions(),
    );
    return new Schedule(
      this.childName("schedule"),
      {
        name: `${args.physicalName}-backup`,
        groupName,
        scheduleExpression: args.schedule.expression,
        scheduleExpressionTimezone: args.schedule.timeZone,
        // Backups of all stacks need not start in the same second.
        flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
        kmsKeyArn: args.key?.arn,
        target: {
          arn: this.cluster.arn,
          roleArn: role.arn,
          ecsParameters: {
            taskDefinitionArn: this.taskDefinition.arn,
            launchType: "FARGATE",
            taskCount: 1,
            networkConfiguration: {
              subnets: args.network.subnetIds,
              securityGroups: [securityGroup.id],
              assignPublicIp: args.assignPublicIp,
            },
          },
          // The service's own default, 185 tries in a day, makes late and doubled backups.
          retryPolicy: { maximumRetryAttempts: args.retryAttempts, maximumEventAgeInSeconds: 3600 },
          deadLetterConfig: { arn: this.deadLetterQueue.arn },
        },
      },
      // A task that starts before its role may do anything fails.
      this.childOptions({ dependsOn: role.policy }),
    );
  }
}
