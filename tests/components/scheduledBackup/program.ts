import { Key } from "@pulumi/aws/kms/key";
import { Bucket } from "@pulumi/aws/s3/bucket";
import * as pulumi from "@pulumi/pulumi";
import { ScheduledBackup } from "../../../components/scheduledBackup/scheduledBackup";
import type { ScheduledBackupArgs } from "../../../components/scheduledBackup/scheduledBackupArgs";
import { account, registeredInAws, tags } from "../awsWorld";

/** Digest of the image of the backup program. */
export const digest = `sha256:${"a".repeat(64)}`;

/** Registers scheduled backups, with these arguments instead of the usual ones. */
export const register = (args: Partial<ScheduledBackupArgs> = {}, withKey = true) =>
  registeredInAws(
    () =>
      new ScheduledBackup("scheduled-backup", {
        account,
        tags,
        physicalName: "thorbis-prod",
        bucket: new Bucket("bucket", { bucket: "thorbis-backups" }),
        key: withKey ? new Key("key", {}) : undefined,
        connection: {
          host: "db.example.com",
          port: 5432,
          database: "postgres",
          user: "backup.ref",
          password: pulumi.secret("canary-password"),
          sslMode: "verify-full",
          sslRootCertificate: "certificates/supabase.crt",
        },
        schedule: { expression: "cron(0 */6 * * ? *)", timeZone: "Europe/Berlin" },
        retentionDays: { daily: 30, weekly: 90, monthly: 365 },
        minimumRedundancy: 3,
        retryAttempts: 2,
        image: `ghcr.io/thorbis/supabase-backup@${digest}`,
        cpuUnits: 2048,
        memoryMegabytes: 4096,
        parallelDumps: 4,
        network: { vpcId: "vpc-1", subnetIds: ["subnet-1", "subnet-2"] },
        assignPublicIp: false,
        logRetentionDays: 365,
        ...args,
      }),
  );
