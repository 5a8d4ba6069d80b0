import { denyPlainHttp, type PolicyDocument, type PolicyStatement, policyDocument } from "../policyDocument";

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Who may assume a role of the task: ECS, for tasks of this account. */
export function taskTrust({ accountId, region }: Place): PolicyDocument {
  return policyDocument({
    Sid: "EcsTasksOfThisAccount",
    Effect: "Allow",
    Principal: { Service: "ecs-tasks.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:aws:ecs:${region}:${accountId}:*` },
    },
  });
}

/** EventBridge Scheduler sends the ARN of the schedule's group, not that of the schedule. */
export function schedulerTrust(accountId: string, scheduleGroupArn: string): PolicyDocument {
  return policyDocument({
    Sid: "SchedulesOfThisGroup",
    Effect: "Allow",
    Principal: { Service: "scheduler.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "aws:SourceAccount": accountId, "aws:SourceArn": scheduleGroupArn } },
  });
}

/** What ECS needs to start the task: the image, the log, the one secret. */
export function executionPolicy(args: {
  readonly region: string;
  /** ARN of the image's repository where that is in ECR; other registries know nothing of IAM. */
  readonly repositoryArn: string | undefined;
  readonly logGroupArn: string;
  readonly secretArn: string;
  readonly keyArn: string | undefined;
}): PolicyDocument {
  return policyDocument(
    ...(args.repositoryArn === undefined ? [] : pullFrom(args.repositoryArn)),
    {
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${args.logGroupArn}:*`,
    },
    {
      Sid: "ReadPassword",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: args.secretArn,
    },
    ...useKey("OpenPassword", args.keyArn, ["kms:Decrypt"], `secretsmanager.${args.region}.amazonaws.com`),
  );
}

/** The writer: puts, reads back and lists, and can delete nothing, not even by way of a version. */
export function writerPolicy(args: {
  readonly region: string;
  readonly bucketArn: string;
  readonly keyArn: string | undefined;
}): PolicyDocument {
  return policyDocument(
    {
      Sid: "WriteAndReadBack",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      Resource: `${args.bucketArn}/*`,
    },
    {
      Sid: "List",
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: args.bucketArn,
    },
    {
      // Denied, not only not allowed: no other policy of this role may ever give it.
      Sid: "NeverDelete",
      Effect: "Deny",
      Action: [
        "s3:BypassGovernanceRetention",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketPolicy",
        "s3:PutBucketVersioning",
        "s3:PutLifecycleConfiguration",
        "s3:PutObjectRetention",
      ],
      Resource: [args.bucketArn, `${args.bucketArn}/*`],
    },
    // Completing a multipart upload and reading back need Decrypt too.
    ...useKey(
      "EncryptBackups",
      args.keyArn,
      ["kms:Decrypt", "kms:GenerateDataKey"],
      `s3.${args.region}.amazonaws.com`,
    ),
  );
}

/** What the schedule may do: run this task family on this cluster, and leave word where that failed. */
export function schedulerPolicy(args: {
  readonly region: string;
  readonly taskFamilyArn: string;
  readonly clusterArn: string;
  readonly roleArns: readonly string[];
  readonly deadLetterQueueArn: string;
  readonly keyArn: string | undefined;
}): PolicyDocument {
  return policyDocument(
    {
      Sid: "RunBackupTask",
      Effect: "Allow",
      Action: "ecs:RunTask",
      // Any revision: the schedule names the exact one, and the role need not change with it.
      Resource: `${args.taskFamilyArn}:*`,
      Condition: { ArnEquals: { "ecs:cluster": args.clusterArn } },
    },
    {
      Sid: "HandOverTaskRoles",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: args.roleArns,
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    { Sid: "LeaveWord", Effect: "Allow", Action: "sqs:SendMessage", Resource: args.deadLetterQueueArn },
    ...useKey("ReadSchedule", args.keyArn, ["kms:Decrypt"], `scheduler.${args.region}.amazonaws.com`),
  );
}

/** Refuses whatever does not come over TLS. */
export function queuePolicy(queueArn: string): PolicyDocument {
  return policyDocument(denyPlainHttp("sqs:*", queueArn));
}

/** The ARN of the repository of an image in ECR; undefined for another registry. */
export function ecrRepositoryArn(image: string): string | undefined {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([a-z0-9._/-]+?)(?:[:@].*)?$/.exec(image);
  if (found === null) return undefined;
  const [, accountId, region, repository] = found;
  return `arn:aws:ecr:${region}:${accountId}:repository/${repository}`;
}

function pullFrom(repositoryArn: string): PolicyStatement[] {
  return [
    // The one action of ECR that takes no resource.
    { Sid: "LogInToRegistry", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: "PullImage",
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: repositoryArn,
    },
  ];
}

/** The key, by way of one service only; nothing where there is no key of our own. */
function useKey(
  sid: string,
  keyArn: string | undefined,
  actions: readonly string[],
  viaService: string,
): PolicyStatement[] {
  if (keyArn === undefined) return [];
  return [
    {
      Sid: sid,
      Effect: "Allow",
      Action: actions,
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": viaService } },
    },
  ];
}
