import { expect, it, test } from "vitest";
import { boundaryPolicy } from "../../bootstrap/policies/boundary";
import { flowLogPolicy } from "../../components/backupNetwork/policies";
import { replicationPolicy } from "../../components/backupReplica/policies";
import { probePolicy, probeSchedulerPolicy } from "../../components/databaseMonitoring/policies";
import type { PolicyDocument } from "../../components/policyDocument";
import { executionPolicy, schedulerPolicy } from "../../components/scheduledBackup/policies";
import {
  agePolicy,
  drillPolicy,
  prunerPolicy,
  writerPolicy,
} from "../../components/scheduledBackup/storePolicies";
import { accountId, arn, decideFor, place } from "./place";

const boundary = boundaryPolicy(place);
const { region } = place;
const bucketArn = "arn:aws:s3:::thorbis-backups";
const keyArn = arn("kms", "key/33333333-3333-3333-3333-333333333333");
const roleArns = [`arn:aws:iam::${accountId}:role/thorbis-prod-backup-task`];
const store = { region, bucketArn, keyArn };

/** Every role of the stack. */
const roles: Record<string, PolicyDocument> = {
  writer: writerPolicy(store),
  pruner: prunerPolicy(store),
  drill: drillPolicy(store),
  age: agePolicy(store),
  execution: executionPolicy({
    region,
    repositoryArn: arn("ecr", "repository/thorbis-backup"),
    logGroupArn: arn("logs", "log-group:/thorbis-prod/backup"),
    secretArn: arn("secretsmanager", "secret:thorbis-prod/backup/database-password-a1b2c3"),
    registrySecretArn: arn("secretsmanager", "secret:registry-a1b2c3"),
    keyArn,
  }),
  scheduler: schedulerPolicy({
    region,
    taskFamilyArns: [arn("ecs", "task-definition/thorbis-prod-backup")],
    clusterArn: arn("ecs", "cluster/thorbis-prod-backup"),
    roleArns,
    deadLetterQueueArn: arn("sqs", "thorbis-prod-backup-dead-letters"),
    keyArn,
  }),
  replication: replicationPolicy({
    source: store,
    replica: {
      region: "us-west-2",
      bucketArn: "arn:aws:s3:::thorbis-backups-us-west-2",
      keyArn: keyArn.replace(region, "us-west-2"),
    },
  }),
  flowLogs: flowLogPolicy(arn("logs", "log-group:/thorbis-prod/network")),
  probe: probePolicy({
    region,
    logGroupArn: arn("logs", "log-group:/thorbis-prod/monitoring"),
    secretArn: arn("secretsmanager", "secret:thorbis-prod/monitoring/database-password-a1b2c3"),
    keyArn,
    namespace: "thorbis-prod/database",
    functionArnInNetwork: arn("lambda", "function:thorbis-prod-monitoring"),
  }),
  probeScheduler: probeSchedulerPolicy({
    region,
    functionArn: arn("lambda", "function:thorbis-prod-monitoring"),
    deadLetterQueueArn: arn("sqs", "thorbis-prod-backup-dead-letters"),
    keyArn,
  }),
};

/** Each allowing statement, as single calls with the context that its conditions require. */
const calls = Object.entries(roles).flatMap(([role, { Statement }]) =>
  Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action, Resource, Condition = {} }) => {
    const context = Object.fromEntries(
      Object.values(Condition).flatMap((conditions) =>
        Object.entries(conditions).map(([name, value]) => [name, String([value].flat()[0])] as const),
      ),
    );
    const resource = String([Resource].flat()[0]);
    const one = (action: string) => {
      if (resource === "*") return resource;
      return resource.replace(/\*$/, action.startsWith("logs:") ? "log-stream:1" : "1");
    };
    return [Action].flat().map((action) => ({ role, action, resource: one(action), context }));
  }),
);

it.each(calls)("allows $role $action", async ({ action, resource, context }) => {
  expect(await decideFor(boundary, [action, resource, context])).toBe("Allowed");
});

test.each([
  ["iam:CreateUser", `arn:aws:iam::${accountId}:user/ghost`],
  ["iam:PutRolePolicy", roleArns[0] ?? ""],
  ["s3:GetObject", "arn:aws:s3:::thorbis-pulumi-state/.pulumi/stacks/thorbis-supabase/prod.json"],
  ["s3:GetObject", "arn:aws:s3:::thorbis-backups-dev/runs/1/manifest.json"],
  ["kms:Decrypt", place.secretsKeyArn],
  ["sts:AssumeRole", `arn:aws:iam::${accountId}:role/admin`],
  ["lambda:InvokeFunction", arn("lambda", "function:thorbis-dev-monitoring")],
  ["ec2:RunInstances", arn("ec2", "instance/*")],
])("refuses %s, regardless of the role's policy", async (action, resource) => {
  expect(await decideFor(boundary, [action, resource])).toBe("ImplicitlyDenied");
});

test("fits into a managed policy: at most 6,144 characters without white space", () => {
  const longest = {
    ...{ ...place, prefix: "p".repeat(40), bucketName: "b".repeat(63) },
    replica: { region: "ap-northeast-3", bucketName: "b".repeat(63) },
  };

  expect(JSON.stringify(boundaryPolicy(longest)).length).toBeLessThanOrEqual(6144);
});
