import { Bucket } from "@pulumi/aws/s3/bucket";
import { ScheduledBackup } from "../../../components/scheduledBackup/scheduledBackup";
import type { ScheduledBackupArgs } from "../../../components/scheduledBackup/scheduledBackupArgs";
import { account, registered, registeredInAws, tags } from "../../components/awsWorld";

/** A container of a task definition, as sent to ECS. */
export interface RenderedContainer {
  readonly name: string;
  readonly command: readonly string[];
  readonly user: string;
  readonly readonlyRootFilesystem: boolean;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly mountPoints?: readonly { readonly containerPath: string; readonly readOnly: boolean }[];
}

export interface RenderedTask {
  readonly container: RenderedContainer;
  readonly memoryMegabytes: number;
}

/** Renders the three task definitions of the stack's own component. */
export async function renderTasks(
  args: Pick<ScheduledBackupArgs, "connection" | "cpuUnits" | "memoryMegabytes"> &
    Partial<ScheduledBackupArgs>,
): Promise<Readonly<Record<"backup" | "prune" | "drill", RenderedTask>>> {
  const resources = await registeredInAws(
    () =>
      new ScheduledBackup("scheduled-backup", {
        account,
        tags,
        physicalName: "thorbis-prod",
        bucket: new Bucket("bucket", { bucket: "test-backups" }),
        schedule: { expression: "cron(0 */6 * * ? *)", timeZone: "UTC" },
        retentionDays: { daily: 30, weekly: 90, monthly: 365 },
        minimumRedundancy: 3,
        retryAttempts: 2,
        image: `registry.example.com/backup@sha256:${"a".repeat(64)}`,
        parallelDumps: 2,
        network: { vpcId: "vpc-1", subnetIds: ["subnet-1"] },
        assignPublicIp: false,
        logRetentionDays: 365,
        ...args,
      }),
  );
  const taskOf = (prefix: string): RenderedTask => {
    const { inputs } = registered(resources, `scheduled-backup-${prefix}task-definition`);
    const [container] = JSON.parse(String(inputs.containerDefinitions)) as RenderedContainer[];
    if (container === undefined) throw new Error("the task definition has no container");
    return { container, memoryMegabytes: Number(inputs.memory) };
  };
  return { backup: taskOf(""), prune: taskOf("prune-"), drill: taskOf("drill-") };
}
