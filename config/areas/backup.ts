import { z } from "zod";
import { logRetentionDays } from "../aws/logRetention";
import { parseSchedule } from "../aws/schedule";
import { vpcBlockProblem } from "../aws/vpcBlocks";
import { checkedText, distinct, integer, matching, timeZone } from "../fields";

/** A valid S3 bucket name without dots, because a dot breaks the certificate of the bucket's host name. */
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
        "Why project and bucket are in one region, which one outage takes both; without it production says so in every preview.",
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
    description: "Verified backups that are kept however old they are.",
  }),
  objectLock: z
    .strictObject({
      mode: z.enum(["GOVERNANCE", "COMPLIANCE"]).default("GOVERNANCE").meta({
        description: "`COMPLIANCE` cannot be lifted by anybody, the account's root user included.",
      }),
      complianceReason: matching(/\S.{9,}/, "must be a sentence of at least 10 characters")
        .optional()
        .meta({
          description: "Why `COMPLIANCE` was chosen; required with it, else left out.",
          example: "The contract with our customers requires backups that nobody can delete.",
        }),
      days: integer(1, 3650).default(14).meta({ description: "Days in which no backup can be deleted." }),
    })
    .optional()
    .meta({ description: "Object lock of the bucket; leave out to have none. Cannot be removed later." }),
  accessLogs: z
    .strictObject({
      bucketName: bucketName().optional().meta({
        description: "Name of the bucket with the records; `bucketName` and `-logs` where it is left out.",
        example: "thorbis-backups-dev-logs",
      }),
      retentionDays: integer(1, 3650).default(365).meta({ description: "Days to keep the records." }),
    })
    .optional()
    .meta({
      description:
        "A record of every request to the bucket, in a bucket of its own; none where it is left out.",
    }),
  replica: z
    .strictObject({
      region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be an AWS region such as us-west-2").meta({
        description: "Region of the copies; another one than `aws:region`, in the same partition.",
        example: "us-west-2",
      }),
      bucketName: bucketName().optional().meta({
        description: "Name of the bucket with the copies; `bucketName` and the region where it is left out.",
        example: "thorbis-backups-dev-us-west-2",
      }),
      lagMinutes: integer(15, 1440).default(60).meta({
        description: "Minutes that the copies may lag behind before an alarm rings.",
      }),
      topicArn: matching(
        /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
        "must be the ARN of an SNS topic",
      )
        .optional()
        .meta({
          description:
            "Topic in `replica.region` for the alarms there; required with `alerts.topicArn`. A new one that mails `alerts.emails` where it is left out.",
          example: "arn:aws:sns:us-west-2:123456789012:alarms",
        }),
    })
    .optional()
    .meta({
      description:
        "A copy of every backup in a second region, with its own bucket, key and lock; none where it is left out.",
    }),
  deletionAlarm: z.boolean().optional().meta({
    description:
      "Ring when somebody deletes a version of a backup, or of its copy, for good; on in production, else off, where it is left out.",
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
    description: "Memory of the Fargate task; must be one that goes with `cpuUnits`.",
  }),
  pruneExpression: expression().default("cron(0 6 * * ? *)").meta({
    description: "When to delete what is no longer kept, in `schedule.timeZone`.",
  }),
  drillExpression: expression().default("cron(0 12 * * ? *)").meta({
    description: "When to restore the newest backup to see that it can be, in `schedule.timeZone`.",
  }),
  drillDiskGibibytes: integer(21, 200).optional().meta({
    description: "Disk of a drill, which holds the whole database; Fargate's 20 GiB where it is left out.",
    example: 100,
  }),
  noncurrentRetentionDays: integer(1, 3650).default(30).meta({
    description: "Days after which a version that was replaced or deleted is gone for good.",
  }),
  storageTiers: z
    .strictObject({
      infrequentAccessDays: integer(30, 3650).default(30).meta({
        description:
          "Days after which a backup moves to S3 Standard-IA: half the price, and a price for reading.",
      }),
      archiveDays: integer(60, 3650).optional().meta({
        description:
          "Days after which it moves to S3 Glacier Instant Retrieval, which is paid for at least 90 days; never where it is left out.",
        example: 90,
      }),
    })
    .prefault({}),
  ownKey: z.boolean().optional().meta({
    description:
      "A KMS key of our own in place of S3's, for 1 USD a month; on in production, else off, where it is left out.",
    example: true,
  }),
  containerInsights: z.boolean().optional().meta({
    description:
      "Metrics of each task, for a few cents a run; on in production, else off, where it is left out.",
    example: true,
  }),
  secretRecoveryDays: z
    .union([z.literal(0), integer(7, 30)])
    .optional()
    .meta({
      description:
        "Days in which a deleted password can be brought back; 30 in production, else 0, which deletes at once, where it is left out.",
      example: 7,
    }),
  parallelDumps: integer(1, 16).default(4).meta({
    description:
      "Dumps of rows at once; each holds a connection, and the other sessions of a backup hold up to 8 more.",
  }),
  retryAttempts: integer(0, 3).default(2).meta({
    description: "How often the schedule tries again, within one hour, to start a task that did not start.",
  }),
  permissionsBoundaryArn: matching(
    /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[A-Za-z0-9+=,.@_/-]{1,512}$/,
    "must be the ARN of a managed IAM policy",
  )
    .optional()
    .meta({
      description:
        "The most that the roles of the tasks may do; required by the deploy role that `bootstrap/` creates, which names it.",
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
            "Zones of the two private subnets; those of the existing network, or the first two of the region, where they are left out. A change is refused while the network exists.",
          example: "us-east-1a",
        }),
      flowLogRetentionDays: z
        .union(logRetentionDays.map((days) => z.literal(days)))
        .default(365)
        .meta({ description: "Days to keep the record of the network's connections." }),
    })
    .optional()
    .meta({
      description:
        "A network of the stack's own: two private subnets, a NAT gateway whose fixed address the database lets in, and an endpoint for S3.",
    }),
  vpcId: matching(/^vpc-[0-9a-f]{8,17}$/, "must be the id of a VPC: vpc- and hexadecimal digits")
    .optional()
    .meta({
      description:
        "VPC of the task, in place of `network`; the account's default VPC where both are left out.",
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
