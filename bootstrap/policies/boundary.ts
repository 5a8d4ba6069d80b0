import { type PolicyDocument, policyDocument } from "../../components/policyDocument";
import { partitionOf } from "../../config/aws/partition";
import type { EnvironmentPlace } from "../environmentPlace";
import { bucketArnOf } from "./place";

/**
 * Returns the boundary of all roles that a deployment creates, which limits their policies: the backup tasks access only their own
 * bucket, log and secret, and the probe only the database. IAM, the organization and other buckets are not accessible.
 */
export function boundaryPolicy(place: EnvironmentPlace & { readonly accountId: string }): PolicyDocument {
  const { region, accountId, prefix } = place;
  const partition = partitionOf(region);
  const own = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  const { replica } = place;
  const buckets = [place.bucketName, ...(replica === undefined ? [] : [replica.bucketName])]
    .map((name) => bucketArnOf(place, name))
    .flatMap((bucket) => [bucket, `${bucket}/*`]);
  return policyDocument(
    { Sid: "Bucket", Effect: "Allow", Action: "s3:*", Resource: buckets },
    ...(replica === undefined
      ? []
      : [
          {
            Sid: "KeyOfCopies",
            Effect: "Allow" as const,
            Action: ["kms:Encrypt", "kms:GenerateDataKey"],
            Resource: `arn:${partition}:kms:${replica.region}:${accountId}:key/*`,
            Condition: { StringEquals: { "kms:ViaService": `s3.${replica.region}.amazonaws.com` } },
          },
        ]),
    {
      Sid: "KeysOfTheseServices",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: own("kms", "key/*"),
      Condition: {
        StringEquals: {
          "kms:ViaService": ["s3", "secretsmanager", "scheduler", "sqs"].map(
            (service) => `${service}.${region}.amazonaws.com`,
          ),
        },
      },
    },
    {
      Sid: "Log",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: own("logs", `log-group:/${prefix}/*`),
    },
    { Sid: "FindLogs", Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
    {
      Sid: "Secrets",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: own("secretsmanager", "secret:*"),
    },
    {
      Sid: "PullImage",
      Effect: "Allow",
      Action: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
      ],
      Resource: "*",
    },
    {
      Sid: "RunTasks",
      Effect: "Allow",
      Action: "ecs:RunTask",
      Resource: own("ecs", `task-definition/${prefix}-backup*`),
    },
    {
      Sid: "TagTasks",
      Effect: "Allow",
      Action: "ecs:TagResource",
      Resource: own("ecs", `task/${prefix}-backup/*`),
    },
    {
      Sid: "HandOverTaskRoles",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: `arn:${partition}:iam::${accountId}:role/${prefix}-backup-*`,
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    {
      Sid: "DeadLetters",
      Effect: "Allow",
      Action: "sqs:SendMessage",
      Resource: own("sqs", `${prefix}-backup-*`),
    },
    {
      Sid: "Metrics",
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": [`${prefix}/backup`, `${prefix}/database`] } },
    },
    { Sid: "ReadMetrics", Effect: "Allow", Action: "cloudwatch:GetMetricStatistics", Resource: "*" },
    {
      Sid: "CallProbe",
      Effect: "Allow",
      Action: "lambda:InvokeFunction",
      Resource: own("lambda", `function:${prefix}-monitoring`),
    },
    {
      Sid: "ProbeInNetwork",
      Effect: "Allow",
      Action: [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ],
      Resource: "*",
    },
  );
}
