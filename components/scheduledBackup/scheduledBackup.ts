import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { Cluster } from "@pulumi/aws/ecs/cluster";
import { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition";
import { Schedule } from "@pulumi/aws/scheduler/schedule";
import { ScheduleGroup } from "@pulumi/aws/scheduler/scheduleGroup";
import type { Secret } from "@pulumi/aws/secretsmanager/secret";
import type { Queue } from "@pulumi/aws/sqs/queue";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../../config/aws/partition";
import { awsNames, backupRoleName } from "../awsNames";
import { Component, textOf } from "../component";
import { ExclusiveRole } from "../exclusiveRole";
import { passwordSecret } from "../passwordSecret";
import type { PolicyDocument } from "../policyDocument";
import { containerDefinition, workVolume } from "./containerDefinition";
import { deadLetterQueue } from "./deadLetterQueue";
import { ecrRepositoryArn, executionPolicy, schedulerPolicy, schedulerTrust, taskTrust } from "./policies";
import { scheduleArgs } from "./scheduleArgs";
import type { ScheduledBackupArgs } from "./scheduledBackupArgs";
import { backupPorts, maintenancePorts, taskSecurityGroup } from "./securityGroup";
import { familyOf, groupNames, prefixOf, scheduleNameOf } from "./taskNames";
import { backupTask, maintenanceTasks, type Task, type TaskPlaces } from "./tasks";

/** A declared task with its role. */
interface DeclaredTask extends Task {
  readonly role: ExclusiveRole;
  readonly definition: TaskDefinition;
}

/**
 * Backups on a schedule: EventBridge Scheduler starts Fargate tasks that run this repository's backup program. There
 * are four, each with its own role: one makes backups, one deletes old ones, one restores the newest as a test, and one
 * measures the age of the newest.
 */
export class ScheduledBackup extends Component {
  readonly schedule: Schedule;
  readonly cluster: Cluster;
  readonly taskDefinition: TaskDefinition;
  readonly deadLetterQueue: Queue;
  readonly logGroup: LogGroup;
  /** Contains the password of the role `backup`. */
  readonly passwordSecret: Secret;
  readonly scheduleGroup: ScheduleGroup;
  /** Names of the security groups of all tasks. */
  readonly securityGroupNames: readonly string[];
  /** Names of all schedules. */
  readonly scheduleNames: readonly string[];

  constructor(name: string, args: ScheduledBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ScheduledBackup", name, opts);
    this.logGroup = new LogGroup(
      this.childName("log"),
      {
        name: awsNames(args.physicalName).logGroup,
        tags: args.tags,
        retentionInDays: args.logRetentionDays,
        kmsKeyId: args.key?.arn,
      },
      this.childOptions({ protect: args.deletionProtection ?? true }),
    );
    const children = { name: (suffix: string) => this.childName(suffix), options: this.childOptions() };
    const secret = passwordSecret(
      { ...args, name: awsNames(args.physicalName).passwordSecret, role: "backup" },
      children,
    );
    this.passwordSecret = secret;
    this.cluster = new Cluster(
      this.childName("cluster"),
      {
        name: awsNames(args.physicalName).cluster,
        tags: args.tags,
        settings: [
          {
            name: "containerInsights",
            value: (args.containerInsights ?? true) ? "enabled" : "disabled",
          },
        ],
      },
      this.childOptions(),
    );
    const { failureRule, deletionRule, deadLetterQueue: queueName } = awsNames(args.physicalName);
    this.deadLetterQueue = deadLetterQueue(
      { ...args, queueName, rules: [failureRule, deletionRule] },
      children,
    );

    const executionRole = this.createExecutionRole(args, secret);
    const places = { ...this.createSecurityGroups(args), passwordArn: secret.arn };
    const backup = this.declareTask(backupTask(args, places), args, executionRole);
    const maintenance = maintenanceTasks(args, places).map((task) =>
      this.declareTask(task, args, executionRole),
    );
    this.taskDefinition = backup.definition;

    this.scheduleGroup = new ScheduleGroup(
      this.childName("schedule-group"),
      { name: awsNames(args.physicalName).scheduleGroup, tags: args.tags },
      this.childOptions(),
    );
    const group = this.scheduleGroup;
    const schedulerRole = this.createSchedulerRole(args, {
      group,
      executionRole,
      tasks: [backup, ...maintenance],
    });
    this.schedule = this.createSchedule(backup, args, group, { role: schedulerRole });
    for (const task of maintenance) this.createSchedule(task, args, group, { role: schedulerRole });
    this.securityGroupNames = Object.values(groupNames(args.physicalName));
    this.scheduleNames = [backup, ...maintenance].map((task) => scheduleNameOf(task, args));

    this.registerOutputs({ scheduleName: this.schedule.name, taskDefinitionArn: this.taskDefinition.arn });
  }

  private createSecurityGroups({
    physicalName,
    network,
    tags,
  }: ScheduledBackupArgs): Omit<TaskPlaces, "passwordArn"> {
    return {
      backupSecurityGroup: taskSecurityGroup(
        this.childName("security-group"),
        {
          name: groupNames(physicalName).backup,
          description: "Backup task: nothing comes in, only what a backup talks to goes out",
          network,
          tags,
          ports: backupPorts,
        },
        this.childOptions(),
      ),
      maintenanceSecurityGroup: taskSecurityGroup(
        this.childName("upkeep-security-group"),
        {
          name: groupNames(physicalName).maintenance,
          description: "Prune and drill: nothing comes in, only what goes to the bucket goes out",
          network,
          tags,
          ports: maintenancePorts,
        },
        this.childOptions(),
      ),
    };
  }

  private createRole(
    purpose: string,
    { physicalName, tags, permissionsBoundaryArn }: ScheduledBackupArgs,
    documents: Pick<ConstructorParameters<typeof ExclusiveRole>[1], "trust" | "policy">,
  ): ExclusiveRole {
    return new ExclusiveRole(
      this.childName(`${purpose}-role`),
      {
        name: backupRoleName(physicalName, purpose),
        policyName: purpose,
        tags,
        permissionsBoundaryArn,
        ...documents,
      },
      { parent: this },
    );
  }

  private createExecutionRole(args: ScheduledBackupArgs, secret: Secret): ExclusiveRole {
    return this.createRole("execution", args, {
      trust: this.trustOfTasks(args),
      policy: pulumi
        .output({
          region: args.account.region,
          logGroupArn: this.logGroup.arn,
          secretArn: secret.arn,
          keyArn: args.key?.arn,
          image: args.image,
          registrySecretArn: args.registrySecretArn,
        })
        .apply(({ image, ...places }) =>
          executionPolicy({ ...places, repositoryArn: ecrRepositoryArn(image) }),
        ),
    });
  }

  private trustOfTasks({ account }: ScheduledBackupArgs): pulumi.Output<PolicyDocument> {
    return pulumi
      .all([account.accountId, account.region])
      .apply(([accountId, region]) => taskTrust({ accountId, region }));
  }

  /** Declares the role and the task definition. Those of the backup itself have no suffix. */
  private declareTask(task: Task, args: ScheduledBackupArgs, executionRole: ExclusiveRole): DeclaredTask {
    const role = this.createRole(`${prefixOf(task)}task`, args, {
      trust: this.trustOfTasks(args),
      policy: pulumi
        .all([args.account.region, args.bucket.arn, pulumi.output(args.key?.arn)])
        .apply(([region, bucketArn, keyArn]) => task.policy({ region, bucketArn, keyArn })),
    });
    const containers = pulumi
      .output({
        region: args.account.region,
        image: args.image,
        registrySecretArn: args.registrySecretArn,
        logGroupName: this.logGroup.name,
        environment: task.environment,
        secrets: { ...task.secrets },
      })
      .apply((known) => {
        const { name, command, hasWorkFolder } = task;
        return JSON.stringify([
          containerDefinition({ ...known, name, command, ...(hasWorkFolder && { hasWorkFolder }) }),
        ]);
      });
    const disk = args.drillDiskGibibytes;
    const definition = new TaskDefinition(
      this.childName(`${prefixOf(task)}task-definition`),
      {
        family: familyOf(task, args),
        tags: args.tags,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: textOf(task.size?.cpuUnits ?? args.cpuUnits),
        memory: textOf(task.size?.memoryMegabytes ?? args.memoryMegabytes),
        runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: args.cpuArchitecture ?? "ARM64" },
        ...(task.hasWorkFolder && { volumes: [{ name: workVolume }] }),
        ...(task.hasWorkFolder && disk !== undefined && { ephemeralStorage: { sizeInGib: disk } }),
        // A revision that was registered outside of the stack is drift.
        trackLatest: true,
        containerDefinitions: containers,
        executionRoleArn: executionRole.arn,
        taskRoleArn: role.arn,
      },
      this.childOptions(),
    );
    return { ...task, role, definition };
  }

  private createSchedulerRole(
    args: ScheduledBackupArgs,
    {
      group,
      executionRole,
      tasks,
    }: {
      readonly group: ScheduleGroup;
      readonly executionRole: ExclusiveRole;
      readonly tasks: readonly DeclaredTask[];
    },
  ): ExclusiveRole {
    const { accountId, region } = args.account;
    const families = tasks.map((task) => familyOf(task, args));
    return this.createRole("scheduler", args, {
      trust: pulumi.all([accountId, group.arn]).apply(([accountId, arn]) => schedulerTrust(accountId, arn)),
      policy: pulumi
        .all([
          accountId,
          region,
          this.cluster.arn,
          [executionRole.arn, ...tasks.map(({ role }) => role.arn)],
          this.deadLetterQueue.arn,
          pulumi.output(args.key?.arn),
        ])
        .apply(([accountId, region, clusterArn, roleArns, deadLetterQueueArn, keyArn]) => {
          // Built from names: a new revision would make the definition's own ARN unknown, and with it the whole policy
          // in a preview.
          const place = `arn:${partitionOf(region)}:ecs:${region}:${accountId}:task-definition`;
          const taskFamilyArns = families.map((family) => `${place}/${family}`);
          return schedulerPolicy({
            region,
            taskFamilyArns,
            clusterArn,
            roleArns,
            deadLetterQueueArn,
            keyArn,
          });
        }),
    });
  }

  private createSchedule(
    task: DeclaredTask,
    args: ScheduledBackupArgs,
    group: ScheduleGroup,
    { role }: { readonly role: ExclusiveRole },
  ): Schedule {
    const { cluster, deadLetterQueue } = this;
    return new Schedule(
      this.childName(`${prefixOf(task)}schedule`),
      scheduleArgs(task, args, { cluster, deadLetterQueue, group, role }),
      // A task that starts before its role has permissions fails.
      this.childOptions({ dependsOn: role.policy }),
    );
  }
}
