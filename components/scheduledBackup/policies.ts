import { ecrRepository } from "../../config/aws/ecrImage";
import { partitionOf } from "../../config/aws/partition";
import { useKey } from "../keyStatements";
import { denyPlainHttp, type PolicyDocument, type PolicyStatement, policyDocument } from "../policyDocument";
import { schedulerStatements } from "../schedulerStatements";

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Returns who may assume a task role: ECS, for tasks of this account. */
export function taskTrust({ accountId, region }: Place): PolicyDocument {
  return policyDocument({
    Sid: "EcsTasksOfThisAccount",
    Effect: "Allow",
    Principal: { Service: "ecs-tasks.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:${partitionOf(region)}:ecs:${region}:${accountId}:*` },
    },
  });
}

/**
 * Returns who may assume the schedules' role. EventBridge Scheduler sends the ARN of the schedule's group, not that of
 * the schedule.
 */
export function schedulerTrust(accountId: string, scheduleGroupArn: string): PolicyDocument {
  return policyDocument({
    Sid: "SchedulesOfThisGroup",
    Effect: "Allow",
    Principal: { Service: "scheduler.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "aws:SourceAccount": accountId, "aws:SourceArn": scheduleGroupArn } },
  });
}

/** Returns what ECS needs to start the task: the image, the log, the secret. */
export function executionPolicy(args: {
  readonly region: string;
  /** ARN of the image's repository if it is in ECR. Other registries do not use IAM. */
  readonly repositoryArn: string | undefined;
  readonly logGroupArn: string;
  /** Secret with user name and password of another private registry; undefined if it needs none. */
  readonly registrySecretArn?: string | undefined;
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
    ...(args.registrySecretArn === undefined
      ? []
      : [
          {
            Sid: "LogInToOtherRegistry",
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            Resource: args.registrySecretArn,
          } as const,
        ]),
    ...useKey("OpenPassword", {
      keyArn: args.keyArn,
      actions: ["kms:Decrypt"],
      viaService: `secretsmanager.${args.region}.amazonaws.com`,
    }),
  );
}

/**
 * Returns the permissions of the schedules: run these task families on this cluster, and send failures to the queue.
 */
export function schedulerPolicy(args: {
  readonly region: string;
  readonly taskFamilyArns: readonly string[];
  readonly clusterArn: string;
  readonly roleArns: readonly string[];
  readonly deadLetterQueueArn: string;
  readonly keyArn: string | undefined;
}): PolicyDocument {
  return policyDocument(
    {
      Sid: "RunBackupTasks",
      Effect: "Allow",
      Action: "ecs:RunTask",
      // Any revision: the schedule names the exact one, and the role stays the same.
      Resource: args.taskFamilyArns.map((family) => `${family}:*`),
      Condition: { ArnEquals: { "ecs:cluster": args.clusterArn } },
    },
    {
      // Only RunTask may tag, so a task cannot be tagged later.
      Sid: "TagTasks",
      Effect: "Allow",
      Action: "ecs:TagResource",
      Resource: args.clusterArn.replace(":cluster/", ":task/").concat("/*"),
      Condition: { StringEquals: { "ecs:CreateAction": "RunTask" } },
    },
    {
      Sid: "HandOverTaskRoles",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: args.roleArns,
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    ...schedulerStatements(args),
  );
}

/** Lets the alarm rules store undelivered events, and denies requests without TLS. */
export function queuePolicy(queueArn: string, ruleArns: string | readonly string[]): PolicyDocument {
  return policyDocument(
    {
      Sid: "RulesSendToQueue",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn,
      Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
    },
    denyPlainHttp("sqs:*", queueArn),
  );
}

/** Returns the ARN of an image's repository in ECR; undefined for another registry. */
export function ecrRepositoryArn(image: string): string | undefined {
  const found = ecrRepository(image);
  if (found === undefined) return undefined;
  const { account, region, name } = found;
  return `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${name}`;
}

function pullFrom(repositoryArn: string): PolicyStatement[] {
  return [
    // The only ECR action without a resource.
    { Sid: "LogInToRegistry", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: "PullImage",
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: repositoryArn,
    },
  ];
}
