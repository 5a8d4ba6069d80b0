import { describe, expect, it, test } from "vitest";
import { topicPolicyDocument } from "../../../components/backupAlarms/topicPolicyDocument";
import { bucketPolicyDocument } from "../../../components/backupBucket/bucketPolicyDocument";
import {
  keyPolicyDocument,
  replicaKeyPolicyDocument,
} from "../../../components/backupBucket/keyPolicyDocument";
import { replicationTrust } from "../../../components/backupReplica/policies";
import { type PolicyDocument, policyDocument } from "../../../components/policyDocument";
import {
  executionPolicy,
  queuePolicy,
  schedulerPolicy,
  schedulerTrust,
  taskTrust,
} from "../../../components/scheduledBackup/policies";
import { drillPolicy, prunerPolicy, writerPolicy } from "../../../components/scheduledBackup/storePolicies";
import { accountId, bucketArn, decide, keyArn, type Request, region } from "./simulate";
import { object, receipt, taskRoles } from "./taskRoles";

const everything = policyDocument({ Sid: "Everything", Effect: "Allow", Action: "*", Resource: "*" });

describe.each(taskRoles)("$who", ({ policyOf, may, mayNot, neverToo }) => {
  const policy = policyOf({ region, bucketArn, keyArn });
  const withAdministrator = policyDocument(...policy.Statement, ...everything.Statement);

  it.each(may)("may %s on %s", async (action, resource, context) => {
    expect(await decide({ action, resource, context, identity: policy })).toBe("Allowed");
  });

  it.each(mayNot)("may not %s on %s", async (action, resource, context) => {
    expect(await decide({ action, resource, context, identity: policy })).toBe("ImplicitlyDenied");
  });

  it.each([
    neverToo,
    "s3:DeleteObjectVersion",
    "s3:BypassGovernanceRetention",
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
    "s3:PutLifecycleConfiguration",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketVersioning",
    "s3:DeleteBucket",
  ])("may never %s, regardless of other policies", async (action) => {
    const resource = /Object(Version|Retention|LegalHold)?$|BypassGovernance/.test(action)
      ? object
      : bucketArn;

    expect(await decide({ action, resource, identity: withAdministrator })).toBe("ExplicitlyDenied");
    // The control: our statement denies it.
    expect(await decide({ action, resource, identity: everything })).toBe("Allowed");
  });

  it("never overwrites an object, regardless of other policies", async () => {
    const overwrite = { "s3:ObjectCreationOperation": "true" };
    const put = (identity: PolicyDocument, context: Record<string, string>) =>
      decide({ action: "s3:PutObject", resource: receipt, context, identity });

    expect(await put(withAdministrator, overwrite)).toBe("ExplicitlyDenied");
    // The control: an administrator may.
    expect(await put(everything, overwrite)).toBe("Allowed");
  });
});

describe("the writer's key", () => {
  const writer = writerPolicy({ region, bucketArn, keyArn });

  it("may use the key only through S3, and only for its bucket", async () => {
    const decrypt = (service: string): Request => ({
      action: "kms:Decrypt",
      resource: keyArn,
      context: { "kms:ViaService": `${service}.${region}.amazonaws.com` },
      identity: writer,
      resourcePolicy: keyPolicyDocument(accountId, region),
    });

    expect(await decide(decrypt("s3"))).toBe("Allowed");
    expect(await decide(decrypt("secretsmanager"))).toBe("ImplicitlyDenied");
    expect(await decide({ action: "s3:GetObject", resource: "arn:aws:s3:::other/x", identity: writer })).toBe(
      "ImplicitlyDenied",
    );
  });
});

describe("the policy of the bucket", () => {
  const policy = bucketPolicyDocument({ bucketArn, keyArn });
  const safe = { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3" };
  const asAdministrator = (action: string, resource: string, context: Record<string, string> = {}) =>
    decide({
      action,
      resource,
      identity: everything,
      resourcePolicy: policy,
      context: { ...safe, ...context },
    });

  it("allows an administrator over TLS", async () => {
    expect(await asAdministrator("s3:PutBucketPolicy", bucketArn)).toBe("Allowed");
    expect(await asAdministrator("s3:DeleteObjectVersion", object)).toBe("Allowed");
    expect(await asAdministrator("s3:PutObject", object)).toBe("Allowed");
  });

  it.each([
    ["plain HTTP", { "aws:SecureTransport": "false" }],
    ["TLS 1.1", { "s3:TlsVersion": "1.1" }],
    ["a key of the client", { "s3:x-amz-server-side-encryption-customer-algorithm": "AES256" }],
    ["S3's own key", { "s3:x-amz-server-side-encryption": "AES256" }],
    [
      "another key",
      {
        "s3:x-amz-server-side-encryption": "aws:kms",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": `${keyArn}0`,
      },
    ],
  ])("refuses an upload with %s", async (_what, context) => {
    expect(await asAdministrator("s3:PutObject", object, context)).toBe("ExplicitlyDenied");
  });

  describe("if the tasks have their own network", () => {
    const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
    const guarded = bucketPolicyDocument({
      bucketArn,
      keyArn,
      entrance: { endpointId: "vpce-1", roleArnPattern: role("thorbis-prod-backup-*task") },
    });
    const as = (name: string, context: Record<string, string> = {}) =>
      decide({
        action: "s3:GetObject",
        resource: object,
        principal: role(name),
        identity: everything,
        resourcePolicy: guarded,
        context: { ...safe, "aws:PrincipalArn": role(name), ...context },
      });

    it.each(["thorbis-prod-backup-task", "thorbis-prod-backup-drill-task"])(
      "allows %s only through its endpoint",
      async (name) => {
        expect(await as(name, { "aws:SourceVpce": "vpce-1" })).toBe("Allowed");
        expect(await as(name, { "aws:SourceVpce": "vpce-2" })).toBe("ExplicitlyDenied");
        expect(await as(name)).toBe("ExplicitlyDenied");
      },
    );

    it.each([
      "thorbis-prod-deploy",
      "restore-operator",
      "thorbis-prod-backup-replication",
      "thorbis-dev-backup-task",
    ])("allows %s from everywhere", async (name) => {
      expect(await as(name)).toBe("Allowed");
    });
  });

  it("grants no access by itself", async () => {
    const request: Request = {
      action: "s3:GetObject",
      resource: object,
      context: safe,
      resourcePolicy: policy,
    };

    expect(await decide({ ...request, principal: "arn:aws:iam::999999999999:role/stranger" })).toBe(
      "ImplicitlyDenied",
    );
  });
});

describe("the schedule", () => {
  const family = `arn:aws:ecs:${region}:${accountId}:task-definition/thorbis-prod-backup`;
  const cluster = `arn:aws:ecs:${region}:${accountId}:cluster/thorbis-prod-backup`;
  const taskRole = `arn:aws:iam::${accountId}:role/thorbis-prod-backup-task`;
  const queue = `arn:aws:sqs:${region}:${accountId}:thorbis-prod-backup-dead-letters`;
  const identity = schedulerPolicy({
    region,
    taskFamilyArns: [family],
    clusterArn: cluster,
    roleArns: [taskRole],
    deadLetterQueueArn: queue,
    keyArn: undefined,
  });

  it("runs this task on this cluster", async () => {
    const run = (resource: string, on: string) =>
      decide({ action: "ecs:RunTask", resource, context: { "ecs:cluster": on }, identity });

    expect(await run(`${family}:7`, cluster)).toBe("Allowed");
    expect(await run(`${family}:7`, `${cluster}-other`)).toBe("ImplicitlyDenied");
    expect(await run(`${family}-other:7`, cluster)).toBe("ImplicitlyDenied");
  });

  it("passes the task's roles only to ECS", async () => {
    const pass = (resource: string, to: string) =>
      decide({ action: "iam:PassRole", resource, context: { "iam:PassedToService": to }, identity });

    expect(await pass(taskRole, "ecs-tasks.amazonaws.com")).toBe("Allowed");
    expect(await pass(taskRole, "lambda.amazonaws.com")).toBe("ImplicitlyDenied");
    expect(await pass(`arn:aws:iam::${accountId}:role/admin`, "ecs-tasks.amazonaws.com")).toBe(
      "ImplicitlyDenied",
    );
  });

  it("sends failures to its queue", async () => {
    expect(await decide({ action: "sqs:SendMessage", resource: queue, identity })).toBe("Allowed");
    expect(await decide({ action: "sqs:ReceiveMessage", resource: queue, identity })).toBe(
      "ImplicitlyDenied",
    );
  });

  it("encrypts them with the key of the queue, only through SQS", async () => {
    const withKey = schedulerPolicy({
      ...{ region, taskFamilyArns: [family], clusterArn: cluster, roleArns: [taskRole] },
      ...{ deadLetterQueueArn: queue, keyArn },
    });
    const encrypt = (service: string) =>
      decide({
        action: "kms:GenerateDataKey",
        resource: keyArn,
        context: { "kms:ViaService": `${service}.${region}.amazonaws.com` },
        identity: withKey,
        resourcePolicy: keyPolicyDocument(accountId, region),
      });

    expect(await encrypt("sqs")).toBe("Allowed");
    expect(await encrypt("s3")).toBe("ImplicitlyDenied");
  });
});

describe("the dead-letter queue", () => {
  const queue = `arn:aws:sqs:${region}:${accountId}:thorbis-prod-backup-dead-letters`;
  const rule = `arn:aws:events:${region}:${accountId}:rule/thorbis-prod-backup-failed`;
  const send = (source: string, secure = "true") =>
    decide({
      action: "sqs:SendMessage",
      resource: queue,
      principal: "events.amazonaws.com",
      context: { "aws:SourceArn": source, "aws:SecureTransport": secure },
      resourcePolicy: queuePolicy(queue, rule),
    });

  it("accepts undelivered events of the rule for failed tasks, and of no other rule", async () => {
    expect(await send(rule)).toBe("Allowed");
    expect(await send(`${rule}-other`)).toBe("ImplicitlyDenied");
    expect(await send(rule, "false")).toBe("ExplicitlyDenied");
  });
});

describe("the execution role", () => {
  const secretArn = `arn:aws:secretsmanager:${region}:${accountId}:secret:thorbis-prod/backup/database-password-AbCdEf`;
  const logGroupArn = `arn:aws:logs:${region}:${accountId}:log-group:/thorbis-prod/backup`;
  const identity = executionPolicy({ region, repositoryArn: undefined, logGroupArn, secretArn, keyArn });

  it("reads the one secret and writes the one log", async () => {
    const allowed = async (action: string, resource: string) => decide({ action, resource, identity });

    expect(await allowed("secretsmanager:GetSecretValue", secretArn)).toBe("Allowed");
    expect(await allowed("secretsmanager:GetSecretValue", secretArn.replace("prod", "dev"))).toBe(
      "ImplicitlyDenied",
    );
    expect(await allowed("logs:PutLogEvents", `${logGroupArn}:log-stream:backup/backup/1`)).toBe("Allowed");
    expect(await allowed("logs:CreateLogGroup", logGroupArn)).toBe("ImplicitlyDenied");
  });

  it("has no access to ECR if the image is in another registry", async () => {
    expect(await decide({ action: "ecr:GetAuthorizationToken", resource: "*", identity })).toBe(
      "ImplicitlyDenied",
    );
  });
});

test("no policy of a role allows all actions of a service, or writes on all resources", () => {
  const documents: PolicyDocument[] = [
    writerPolicy({ region, bucketArn, keyArn }),
    prunerPolicy({ region, bucketArn, keyArn }),
    drillPolicy({ region, bucketArn, keyArn }),
    executionPolicy({ region, repositoryArn: "arn:aws:ecr:r", logGroupArn: "l", secretArn: "s", keyArn }),
    schedulerPolicy({
      region,
      taskFamilyArns: ["t"],
      clusterArn: "c",
      roleArns: ["r"],
      deadLetterQueueArn: "q",
      keyArn,
    }),
  ];
  const allowed = documents.flatMap(({ Statement }) => Statement).filter(({ Effect }) => Effect === "Allow");

  expect(allowed.flatMap(({ Action }) => Action).filter((action) => /\*/.test(action))).toEqual([]);
  expect(allowed.filter(({ Resource }) => Resource === "*").map(({ Action }) => Action)).toEqual([
    "ecr:GetAuthorizationToken",
  ]);
});

test("every service is restricted to this account, except where AWS supports no such condition", () => {
  const topicArn = `arn:aws:sns:${region}:${accountId}:alarms`;
  const documents = {
    task: taskTrust({ accountId, region }),
    scheduler: schedulerTrust(accountId, `arn:aws:scheduler:${region}:${accountId}:schedule-group/g`),
    topic: topicPolicyDocument(topicArn, accountId),
    key: keyPolicyDocument(accountId, region),
    keyOfCopies: replicaKeyPolicyDocument(accountId, "us-west-2"),
    replication: replicationTrust(),
  };
  const forAnyone = Object.entries(documents).flatMap(([name, { Statement }]) =>
    Statement.filter(
      ({ Effect, Principal }) => Effect === "Allow" && JSON.stringify(Principal).includes("Service"),
    )
      .filter(({ Condition }) => !JSON.stringify(Condition ?? {}).includes(accountId))
      .map(({ Sid }) => `${name} ${Sid}`),
  );

  // S3 documents none for replication, which takes only roles of the bucket's account.
  // "You can't use Condition blocks in Amazon SNS topic policies for EventBridge", nor in the key policy behind one.
  expect(forAnyone).toEqual([
    "topic EventsPublish",
    "key EventsReachTopic",
    "keyOfCopies EventsReachTopic",
    "replication S3Copies",
  ]);
});

test("the event of a failed task reaches the topic without a source account, as EventBridge sends it", async () => {
  const topicArn = `arn:aws:sns:${region}:${accountId}:alarms`;
  const asEventBridge = (action: string, resource: string, resourcePolicy: PolicyDocument) =>
    decide({
      action,
      resource,
      resourcePolicy,
      principal: "events.amazonaws.com",
      context: { "aws:SecureTransport": "true" },
    });

  expect(await asEventBridge("sns:Publish", topicArn, topicPolicyDocument(topicArn, accountId))).toBe(
    "Allowed",
  );
  expect(await asEventBridge("kms:GenerateDataKey", keyArn, keyPolicyDocument(accountId, region))).toBe(
    "Allowed",
  );
});
