import { z } from "zod";
import { logRetentionDays } from "../aws/logRetention";
import { parseSchedule } from "../aws/schedule";
import { checkedText, distinct, integer, matching, timeZone } from "../fields";

/** A bucket name as S3 takes it, without dots: a dot breaks the certificate of the bucket's host name. */
const bucketName = () =>
  checkedText((text) => {
    if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(text))
      return "must be 3 to 63 lower-case letters, digits and hyphens, no dots, no hyphen at either end";
    if (/^(xn--|sthree-|amzn-s3-demo-)/.test(text) || /(-s3alias|--ol-s3|--x-s3|--table-s3)$/.test(text))
      return "must not have a prefix or suffix that S3 reserves";
    return undefined;
  });

const expression = () =>
  checkedText((text) => {
    const parsed = parseSchedule(text);
    return "problem" in parsed ? parsed.problem : undefined;
  });

/** The backup bucket and the scheduled task. */
export const backupSchema = z.strictObject({
  bucketName: bucketName().meta({
    description:
      "Name of the S3 bucket; unique in all of AWS. A change makes a new bucket and keeps the old.",
    example: "thorbis-backups-dev",
  }),
  schedule: z
    .strictObject({
      expression: expression().default("cron(0 3 * * ? *)").meta({
        description: "When to back up: an EventBridge Scheduler `cron(…)` or `rate(…)`.",
      }),
      timeZone: timeZone().default("UTC").meta({ description: "IANA time zone of the schedule." }),
    })
    .prefault({}),
  retentionDays: z
    .strictObject({
      daily: integer(1, 3650).default(30).meta({ description: "Days to keep every backup." }),
      weekly: integer(1, 3650).default(90).meta({ description: "Days to keep one backup a week." }),
      monthly: integer(1, 3650).default(365).meta({ description: "Days to keep one backup a month." }),
    })
    .prefault({}),
  minimumRedundancy: integer(1, 100).default(3).meta({
    description: "Verified backups that are kept however old they are.",
  }),
  objectLock: z
    .strictObject({
      mode: z.enum(["GOVERNANCE", "COMPLIANCE"]).default("GOVERNANCE").meta({
        description: "`COMPLIANCE` cannot be lifted by anybody, the account's root user included.",
      }),
      days: integer(1, 3650).default(14).meta({ description: "Days in which no backup can be deleted." }),
    })
    .optional()
    .meta({ description: "Object lock of the bucket; leave out to have none. Cannot be removed later." }),
  image: matching(
    /^[a-z0-9][a-z0-9._:/-]{0,254}(@sha256:[0-9a-f]{64})?$/,
    "must be a container image, pinned as name@sha256:<64 hexadecimal digits> in production",
  ).meta({
    description: "Container image of the backup program.",
    example: `registry.example.com/thorbis-backup@sha256:${"0".repeat(64)}`,
  }),
  cpuUnits: z
    .union([256, 512, 1024, 2048, 4096, 8192, 16_384].map((units) => z.literal(units)))
    .default(1024)
    .meta({ description: "CPU of the Fargate task; 1024 is one vCPU." }),
  memoryMegabytes: integer(512, 122_880).default(2048).meta({
    description: "Memory of the Fargate task; must be one that goes with `cpuUnits`.",
  }),
  parallelDumps: integer(1, 16).default(4).meta({
    description: "`pg_dump` processes at once; each holds a connection, and one more holds the snapshot.",
  }),
  retryAttempts: integer(0, 3).default(2).meta({
    description: "How often the schedule tries again, within one hour, to start a task that did not start.",
  }),
  vpcId: matching(/^vpc-[0-9a-f]{8,17}$/, "must be the id of a VPC: vpc- and hexadecimal digits")
    .optional()
    .meta({
      description: "VPC of the task; the account's default VPC where it is left out.",
      example: "vpc-0123456789abcdef0",
    }),
  subnetIds: distinct(
    matching(/^subnet-[0-9a-f]{8,17}$/, "must be the id of a subnet: subnet- and hexadecimal digits"),
  )
    .max(16, { error: "must have at most 16 subnets" })
    .default([])
    .meta({
      description: "Subnets of the task; those of the default VPC where there are none.",
      example: "subnet-0123456789abcdef0",
    }),
  assignPublicIp: z.boolean().default(false).meta({
    description: "Give the task a public address; for subnets without a NAT gateway.",
  }),
  logRetentionDays: z
    .union(logRetentionDays.map((days) => z.literal(days)))
    .default(365)
    .meta({ description: "Days to keep the task's log." }),
});
