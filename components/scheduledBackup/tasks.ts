import type { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import * as pulumi from "@pulumi/pulumi";
import { certificateInImage, type TaskVariable } from "../../foundation/backupContract";
import { textOf } from "../component";
import type { PolicyDocument } from "../policyDocument";
import type { ScheduledBackupArgs } from "./scheduledBackupArgs";
import { agePolicy, drillPolicy, prunerPolicy, type StorePlace, writerPolicy } from "./storePolicies";

/** One of the tasks that run this repository's backup program. */
export interface Task {
  /** Name of its container, and the prefix of its log streams. */
  readonly name: "backup" | "prune" | "drill" | "age";
  /** Arguments of the program. */
  readonly command: readonly string[];
  readonly expression: pulumi.Input<string>;
  readonly policy: (place: StorePlace) => PolicyDocument;
  readonly securityGroup: SecurityGroup;
  readonly environment: Readonly<Partial<Record<TaskVariable, pulumi.Input<string | undefined>>>>;
  readonly secrets?: Readonly<Partial<Record<TaskVariable, pulumi.Input<string>>>>;
  /** Has a writable disk. */
  readonly hasWorkFolder?: boolean;
  /** Default: as configured for all tasks. */
  readonly size?: { readonly cpuUnits: number; readonly memoryMegabytes: number };
}

export interface TaskPlaces {
  /** Can connect to the database. */
  readonly backupSecurityGroup: SecurityGroup;
  /** Cannot connect to the database. */
  readonly maintenanceSecurityGroup: SecurityGroup;
  /** Of the password of the role `backup`. */
  readonly passwordArn: pulumi.Input<string>;
}

/** Returns the task that makes backups. */
export function backupTask(args: ScheduledBackupArgs, places: TaskPlaces): Task {
  const { connection } = args;
  return {
    name: "backup",
    command: ["run"],
    expression: args.schedule.expression,
    policy: writerPolicy,
    securityGroup: places.backupSecurityGroup,
    environment: {
      ...storeEnvironment(args),
      // A container cannot detect the memory limit of its task.
      BACKUP_MEMORY_MEGABYTES: textOf(args.memoryMegabytes),
      PGPORT: textOf(connection.port),
      PGSSLMODE: connection.sslMode,
      PGSSLROOTCERT: pulumi
        .output(connection.sslRootCertificate)
        .apply((file) => (file === undefined ? undefined : certificateInImage(file))),
    },
    secrets: { PGPASSWORD: places.passwordArn },
  };
}

/** Returns the other tasks: old backups are deleted, the newest is restored as a test, and its age is measured. */
export function maintenanceTasks(
  args: ScheduledBackupArgs,
  { maintenanceSecurityGroup }: TaskPlaces,
): Task[] {
  const common = { securityGroup: maintenanceSecurityGroup, environment: storeEnvironment(args) };
  return [
    {
      ...common,
      name: "prune",
      command: ["prune", "--confirm"],
      expression: args.pruneExpression ?? "cron(0 6 * * ? *)",
      policy: prunerPolicy,
    },
    {
      ...common,
      name: "drill",
      command: ["drill"],
      expression: args.drillExpression ?? "cron(0 12 * * ? *)",
      policy: drillPolicy,
      hasWorkFolder: true,
    },
    {
      ...common,
      name: "age",
      command: ["age"],
      expression: everyHours(args.ageIntervalHours ?? 1),
      policy: agePolicy,
      size: ageTaskSize,
    },
  ];
}

/**
 * It lists the bucket, and reads receipts and manifests: the newest ones, or all manifests if a backup names no project, a
 * deletion is overdue, or measuring begins. A manifest grows with the number of tables.
 */
export const ageTaskSize = { cpuUnits: 256, memoryMegabytes: 512 } as const;

const everyHours = (hours: number): string => (hours === 1 ? "rate(1 hour)" : `rate(${hours} hours)`);

/** Returns the variables of every task: where the backups are, of which database they are, and which of them are kept. */
function storeEnvironment(args: ScheduledBackupArgs): Partial<Record<TaskVariable, pulumi.Input<string>>> {
  const { retentionDays, connection } = args;
  return {
    // Host and user name the project, and a bucket may have backups of others.
    PGHOST: connection.host,
    PGDATABASE: connection.database,
    PGUSER: connection.user,
    AWS_REGION: args.account.region,
    BACKUP_BUCKET: args.bucket.bucket,
    BACKUP_PARALLEL_DUMPS: textOf(args.parallelDumps),
    BACKUP_RETENTION_DAILY_DAYS: textOf(retentionDays.daily),
    BACKUP_RETENTION_WEEKLY_DAYS: textOf(retentionDays.weekly),
    BACKUP_RETENTION_MONTHLY_DAYS: textOf(retentionDays.monthly),
    BACKUP_MINIMUM_REDUNDANCY: textOf(args.minimumRedundancy),
  };
}
