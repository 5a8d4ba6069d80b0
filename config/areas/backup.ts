import * as z from "zod";
import { logRetentionDays } from "../aws/logRetention";
import { parseSchedule } from "../aws/schedule";
import { vpcBlockProblem } from "../aws/vpcBlocks";
import { checkedText, distinct, integer, matching, timeZone } from "../fields";

/** Returns the schema of an S3 bucket name without dots, because a dot breaks the certificate of the bucket's host name. */
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
      'Name of the S3 bucket; unique in all of AWS. A change is refused: docs/operations.md, "Move to another bucket".',
    example: "thorbis-backups-dev",
  }),
  sameRegionReason: matching(/\S.{9,}/, "must be a sentence of at least 10 characters")
    .optional()
    .meta({
      description:
        "Why project and bucket are in the same region, where one outage affects both; if omitted, every preview of production warns.",
      example: "Our contracts keep all data in this region.",
    }),
  retiredBucketNames: distinct(bucketName()).default([]).meta({
    description: "Earlier buckets of the stack, which keep their backups and are no longer managed.",
    example: "thorbis-backups-old",
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
    description: "Number of verified backups to keep regardless of their age.",
  }),
  objectLock: z
    .strictObject({
      mode: z.enum(["GOVERNANCE", "COMPLIANCE"]).default("GOVERNANCE").meta({
        description: "In mode `COMPLIANCE`, no user can remove a lock, not even the account's root user.",
      }),
      complianceReason: matching(/\S.{9,}/, "must be a sentence of at least 10 characters")
        .optional()
        .meta({
          description: "Why `COMPLIANCE` was chosen; required in this mode, otherwise omitted.",
          example: "The contract with our customers requires backups that no user can delete.",
        }),
      days: integer(1, 3650).default(14).meta({ description: "Days during which no backup can be deleted." }),
    })
    .optional()
    .meta({ description: "Object lock of the bucket; none if omitted. Cannot be removed later." }),
  accessLogs: z
    .strictObject({
      bucketName: bucketName().optional().meta({
        description: "Name of the bucket for the records; `bucketName` with the suffix `-logs` if omitted.",
        example: "thorbis-backups-dev-logs",
      }),
      retentionDays: integer(1, 3650).default(365).meta({ description: "Days to keep the records." }),
    })
    .optional()
    .meta({
      description: "Records of all requests to the bucket, in a separate bucket; none if omitted.",
    }),
  replica: z
    .strictObject({
      region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be an AWS region such as us-west-2").meta({
        description: "Region of the copies; must differ from `aws:region` and be in the same partition.",
        example: "us-west-2",
      }),
      bucketName: bucketName().optional().meta({
        description: "Name of the bucket for the copies; `bucketName` with the region as suffix if omitted.",
        example: "thorbis-backups-dev-us-west-2",
      }),
      lagMinutes: integer(15, 1440).default(60).meta({
        description: "Lag of the copies, in minutes, above which an alarm fires.",
      }),
      topicArn: matching(
        /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
        "must be the ARN of an SNS topic",
      )
        .optional()
        .meta({
          description:
            "Topic in `replica.region` for the alarms there; required with `alerts.topicArn`. If omitted, a new topic that sends email to `alerts.emails`.",
          example: "arn:aws:sns:us-west-2:123456789012:alarms",
        }),
    })
    .optional()
    .meta({
      description:
        "Copies of all backups in a second region, with their own bucket, key and lock; none if omitted.",
    }),
  deletionAlarm: z.boolean().optional().meta({
    description:
      "Fire an alarm when a version of a backup or of its copy is permanently deleted; if omitted, on in production and off elsewhere.",
    example: true,
  }),
  image: matching(
    // A registry and a repository in lower case, and a tag, which may contain capitals.
    /^(?=.{1,330}$)[a-z0-9][a-z0-9._-]*(:\d{1,5}(?=\/))?(\/[a-z0-9][a-z0-9._-]*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
    "must be a container image, pinned as name@sha256:<64 hexadecimal digits> in production",
  ).meta({
    description: "Container image of the backup program.",
    example: `registry.example.com/thorbis-backup@sha256:${"0".repeat(64)}`,
  }),
  registrySecretArn: matching(
    /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/,
    "must be the ARN of a secret in Secrets Manager",
  )
    .optional()
    .meta({
      description:
        'Secret `{"username": …, "password": …}` for a private registry; not for ECR, whose images the task may pull.',
      example: "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-a1b2c3",
    }),
  cpuArchitecture: z.enum(["ARM64", "X86_64"]).default("ARM64").meta({
    description: "Processor that the image was built for; `ARM64` costs a fifth less.",
  }),
  cpuUnits: z
    .union([256, 512, 1024, 2048, 4096, 8192, 16_384].map((units) => z.literal(units)))
    .default(1024)
    .meta({ description: "CPU of the Fargate task; 1024 is one vCPU." }),
  memoryMegabytes: integer(512, 122_880).default(2048).meta({
    description: "Memory of the Fargate task; must be a value that Fargate supports with `cpuUnits`.",
  }),
  pruneExpression: expression().default("cron(0 6 * * ? *)").meta({
    description: "When to delete expired backups, in `schedule.timeZone`.",
  }),
  drillExpression: expression().default("cron(0 12 * * ? *)").meta({
    description: "When to restore the newest backup as a test, in `schedule.timeZone`.",
  }),
  drillDiskGibibytes: integer(21, 200).optional().meta({
    description: "Disk of a drill, which must hold the whole database; Fargate's 20 GiB if omitted.",
    example: 100,
  }),
  noncurrentRetentionDays: integer(1, 3650).default(30).meta({
    description: "Days after which a replaced or deleted version is permanently removed.",
  }),
  storageTiers: z
    .strictObject({
      infrequentAccessDays: integer(30, 3650).default(30).meta({
        description:
          "Days after which a backup moves to S3 Standard-IA: half the price, plus a charge for reads.",
      }),
      archiveDays: integer(60, 3650).optional().meta({
        description:
          "Days after which it moves to S3 Glacier Instant Retrieval, which is billed for at least 90 days; never if omitted.",
        example: 90,
      }),
    })
    .prefault({}),
  ownKey: z.boolean().optional().meta({
    description:
      "Whether to use our own KMS key instead of S3's, for 1 USD a month. Default: true in production, else false.",
    example: true,
  }),
  containerInsights: z.boolean().optional().meta({
    description:
      "Whether to collect metrics of each task, for a few cents per run. Default: true in production, else false.",
    example: true,
  }),
  secretRecoveryDays: z
    .union([z.literal(0), integer(7, 30)])
    .optional()
    .meta({
      description:
        "Days during which a deleted password can be restored; 0 deletes it immediately. Default: 30 in production, else 0.",
      example: 7,
    }),
  parallelDumps: integer(1, 16).default(4).meta({
    description:
      "Parallel dumps of rows; each holds a connection, and the other sessions of a backup hold up to 8 more.",
  }),
  retryAttempts: integer(0, 3).default(2).meta({
    description: "How often the schedule retries, within one hour, to start a task that did not start.",
  }),
  permissionsBoundaryArn: matching(
    /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[A-Za-z0-9+=,.@_/-]{1,512}$/,
    "must be the ARN of a managed IAM policy",
  )
    .optional()
    .meta({
      description:
        "Managed policy that limits the roles of the tasks; required by the deploy role that `bootstrap/` creates.",
      example: "arn:aws:iam::123456789012:policy/thorbis-dev-boundary",
    }),
  network: z
    .strictObject({
      cidrBlock: checkedText(vpcBlockProblem).default("10.80.0.0/24").meta({
        description:
          "Private IPv4 block of the network, a /16 to a /26; a change is refused while the network exists.",
      }),
      availabilityZones: distinct(
        matching(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "must be a zone such as us-east-1a"),
      )
        .length(2, { error: "must have two zones" })
        .optional()
        .meta({
          description:
            "Zones of the two private subnets. If omitted, those of the existing network, else the first two of the region. A change is refused while the network exists.",
          example: "us-east-1a",
        }),
      flowLogRetentionDays: z
        .union(logRetentionDays.map((days) => z.literal(days)))
        .default(365)
        .meta({ description: "Days to keep the records of the network's connections." }),
    })
    .optional()
    .meta({
      description:
        "A separate network for the stack: two private subnets, a NAT gateway with a fixed address that the database allows, and an endpoint for S3.",
    }),
  vpcId: matching(/^vpc-[0-9a-f]{8,17}$/, "must be the id of a VPC: vpc- and hexadecimal digits")
    .optional()
    .meta({
      description: "VPC of the task, instead of `network`; the account's default VPC if both are omitted.",
      example: "vpc-0123456789abcdef0",
    }),
  subnetIds: distinct(
    matching(/^subnet-[0-9a-f]{8,17}$/, "must be the id of a subnet: subnet- and hexadecimal digits"),
  )
    .max(16, { error: "must have at most 16 subnets" })
    .default([])
    .meta({
      description: "Subnets of the task; those of the default VPC if there are none.",
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
