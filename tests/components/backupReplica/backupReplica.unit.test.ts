import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, test } from "vitest";
import type { RegisteredResource } from "../../../audit/registeredResources";
import { deletedBackupMessage, deletedBackupPattern } from "../../../components/backupAlarms/deletedBackup";
import { BackupBucket } from "../../../components/backupBucket/backupBucket";
import { bucketPolicyDocument } from "../../../components/backupBucket/bucketPolicyDocument";
import { replicaKeyPolicyDocument } from "../../../components/backupBucket/keyPolicyDocument";
import { BackupReplica, type BackupReplicaArgs } from "../../../components/backupReplica/backupReplica";
import { backupReplicaCost, replicaAlarms } from "../../../components/backupReplica/cost";
import { replicationPolicy, replicationTrust } from "../../../components/backupReplica/policies";
import { policyDocument } from "../../../components/policyDocument";
import { usages } from "../../../cost/environments";
import { account, registered, registeredInAws, tags } from "../awsWorld";
import { accountId, bucketArn, decide, keyArn, region } from "../iam/simulate";

const register = (
  args: Partial<BackupReplicaArgs> = {},
  onResource: (resource: pulumi.ResourceTransformationArgs) => void = () => {},
) =>
  registeredInAws(() => {
    pulumi.runtime.registerStackTransformation((resource) => {
      onResource(resource);
      return undefined;
    });
    const source = new BackupBucket("backup", {
      ...{ account, tags, physicalName: "thorbis-prod", bucketName: "thorbis-backups" },
    });
    new BackupReplica("copies", {
      ...{ account, tags, source, physicalName: "thorbis-prod", region: "us-west-2" },
      ...{ bucketName: "thorbis-backups-us-west-2", lagMinutes: 60, emails: ["operations@example.com"] },
      objectLock: { mode: "GOVERNANCE", days: 14 },
      sourceTopicArn: "arn:topic-of-the-backups" as pulumi.Input<string>,
      ...args,
    });
  });

const ofCopies = (resources: ReadonlyMap<string, RegisteredResource>) =>
  [...resources.values()].filter(({ name }) => name.startsWith("copies-"));

test("declares bucket, key, lock, topic and alarm in the second region, and the rule on the source", async () => {
  const places = new Map<string, "first" | "second">();

  await register({}, ({ name, opts }) => {
    const { provider } = opts as pulumi.CustomResourceOptions;
    if (name.startsWith("copies-")) places.set(name.slice(7), provider === undefined ? "first" : "second");
  });

  const namesIn = (region: string) =>
    [...places].flatMap(([name, other]) => (other === region ? [name] : [])).sort();
  expect(namesIn("second")).toEqual([
    ...[
      "bucket",
      "encryption",
      "key",
      "key-alias",
      "lifecycle",
      "mail-operations@example.com",
      "object-lock",
    ],
    ...["ownership", "policy", "public-access", "replica-late", "topic", "topic-policy", "versioning"],
  ]);
  // On the source and in its region, and in IAM, which has no region.
  expect(namesIn("first")).toEqual([
    ...[
      "provider",
      "replica-failed",
      "role",
      "role-attachments",
      "role-policies",
      "role-policy",
      "role-role",
    ],
    "rule",
  ]);
});

test("the copies have the source's settings, their own key and a tag with their purpose", async () => {
  const resources = await register();
  const inputsOf = (name: string) => registered(resources, name).inputs;

  for (const part of ["versioning", "public-access", "ownership", "lifecycle"]) {
    const { bucket: _source, ...source } = inputsOf(`backup-${part}`);
    const { bucket, ...copies } = inputsOf(`copies-${part}`);
    expect([bucket, copies], part).toEqual(["thorbis-backups-us-west-2", source]);
  }
  expect(inputsOf("copies-encryption").rules).toEqual([
    {
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:copies-key" },
      bucketKeyEnabled: true,
    },
  ]);
  expect(inputsOf("copies-policy").policy).toBe(
    JSON.stringify(bucketPolicyDocument({ bucketArn: "arn:copies-bucket", keyArn: "arn:copies-key" })),
  );
  expect(inputsOf("copies-key").policy).toBe(
    JSON.stringify(replicaKeyPolicyDocument(accountId, "us-west-2")),
  );
  expect(inputsOf("copies-object-lock").rule).toEqual({ defaultRetention: { mode: "GOVERNANCE", days: 14 } });
  expect(inputsOf("copies-bucket").tags).toEqual({ ...tags, "thorbis:purpose": "replica" });
});

test("everything including delete markers is copied, and encrypted with the key of the second region", async () => {
  const { inputs } = registered(await register(), "copies-rule");

  expect(inputs).toEqual({
    bucket: "thorbis-backups",
    role: "arn:copies-role-role",
    rules: [
      {
        id: "second-region",
        priority: 1,
        status: "Enabled",
        filter: { prefix: "" },
        deleteMarkerReplication: { status: "Enabled" },
        sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
        destination: {
          bucket: "arn:copies-bucket",
          encryptionConfiguration: { replicaKmsKeyId: "arn:copies-key" },
          metrics: { status: "Enabled" },
          storageClass: "STANDARD_IA",
        },
      },
    ],
  });
});

test("the alarm on the lag is in the second region, where S3 measures it, and the alarm on failures in the first one", async () => {
  const resources = await register({ lagMinutes: 90 });
  const dimensions = {
    ...{ SourceBucket: "thorbis-backups", DestinationBucket: "thorbis-backups-us-west-2" },
    RuleId: "second-region",
  };

  expect(registered(resources, "copies-replica-late").inputs).toMatchObject({
    ...{ name: "thorbis-prod-backup-replica-late", dimensions },
    ...{ namespace: "AWS/S3", metricName: "ReplicationLatency", threshold: 5400 },
    alarmActions: ["arn:copies-topic"],
  });
  expect(registered(resources, "copies-replica-failed").inputs).toMatchObject({
    ...{ name: "thorbis-prod-backup-replica-failed", dimensions },
    ...{ metricName: "OperationsFailedReplication", threshold: 0 },
    alarmActions: ["arn:topic-of-the-backups"],
  });
});

test("deleted copies are reported in their region, like deleted backups, and so is an undelivered report", async () => {
  const places = new Map<string, string>();
  const resources = await register({ deletionAlarm: true }, ({ name, opts }) => {
    const { provider } = opts as pulumi.CustomResourceOptions;
    places.set(name, provider === undefined ? "first" : "second");
  });
  const inputsOf = (name: string) => registered(resources, `copies-${name}`).inputs;

  expect(inputsOf("events")).toEqual({ bucket: "thorbis-backups-us-west-2", eventbridge: true });
  expect(inputsOf("deleted")).toMatchObject({ name: "thorbis-prod-backup-replica-deleted", tags });
  expect(JSON.parse(String(inputsOf("deleted").eventPattern))).toEqual(
    deletedBackupPattern("thorbis-backups-us-west-2"),
  );
  expect(inputsOf("deleted-target")).toEqual({
    rule: "thorbis-prod-backup-replica-deleted",
    targetId: "alarm-topic",
    arn: "arn:copies-topic",
    inputTransformer: deletedBackupMessage,
    deadLetterConfig: { arn: "arn:copies-dead-letters" },
  });
  expect(inputsOf("dead-letters")).toMatchObject({
    name: "thorbis-prod-backup-replica-dead-letters",
    kmsMasterKeyId: "arn:copies-key",
  });
  expect(JSON.parse(String(inputsOf("dead-letters-policy").policy)).Statement[0]).toMatchObject({
    Principal: { Service: "events.amazonaws.com" },
    Condition: {
      ArnEquals: {
        "aws:SourceArn": [`arn:aws:events:us-west-2:${accountId}:rule/thorbis-prod-backup-replica-deleted`],
      },
    },
  });
  expect(inputsOf("undelivered")).toMatchObject({
    name: "thorbis-prod-backup-replica-undelivered",
    dimensions: { QueueName: "thorbis-prod-backup-replica-dead-letters" },
    threshold: 0,
    alarmActions: ["arn:copies-topic"],
  });
  for (const part of [
    "events",
    "deleted",
    "deleted-target",
    "dead-letters",
    "dead-letters-policy",
    "undelivered",
  ])
    expect(places.get(`copies-${part}`), part).toBe("second");
  expect((await register()).has("copies-deleted")).toBe(false);
});

test("events reach the topic and the queue of the second region through its key, and nothing else in it", async () => {
  const key = keyArn.replace(region, "us-west-2");
  const asked = (action: string, principal: string) =>
    decide({
      ...{ action, principal, resource: key },
      resourcePolicy: replicaKeyPolicyDocument(accountId, "us-west-2"),
    });

  expect(await asked("kms:GenerateDataKey", "events.amazonaws.com")).toBe("Allowed");
  expect(await asked("kms:Decrypt", "events.amazonaws.com")).toBe("Allowed");
  expect(await asked("kms:ScheduleKeyDeletion", "events.amazonaws.com")).not.toBe("Allowed");
  expect(await asked("kms:Decrypt", "ec2.amazonaws.com")).not.toBe("Allowed");
});

test("an existing topic of the second region is used instead of a new one", async () => {
  const topicArn = `arn:aws:sns:us-west-2:${accountId}:operations`;
  const resources = await register({ topicArn });

  expect(registered(resources, "copies-replica-late").inputs.alarmActions).toEqual([topicArn]);
  expect([...resources.keys()].filter((name) => /topic|mail/.test(name))).toEqual([]);
});

test("the cost estimate counts the declared resources", async () => {
  const alarmsOf = async (deletionAlarm: boolean) =>
    ofCopies(await register({ deletionAlarm })).filter(({ type }) => type.endsWith(":MetricAlarm")).length;
  const lines = backupReplicaCost(
    {
      backupsPerMonth: 30,
      retentionDays: { daily: 30, weekly: 30, monthly: 30 },
      noncurrentRetentionDays: 30,
      storageTiers: { infrequentAccessDays: 30 },
      deletionAlarm: true,
    },
    { ...(usages.prod as NonNullable<(typeof usages)["prod"]>), databaseGigabytes: 40 },
  );

  expect([await alarmsOf(false), await alarmsOf(true)]).toEqual([replicaAlarms(false), replicaAlarms(true)]);
  // 30 backups of 10 GB a month, kept for 60 days: 300 GB sent at 0.02, 592 GB stored at 0.0125.
  expect(lines.map(({ quantity, usd }) => [quantity, usd.toFixed(2)])).toEqual([
    ["592 GB", "7.40"],
    ["300 GB", "6.00"],
    ["750", "0.01"],
    ["1", "1.00"],
    ["3", "0.30"],
    ["4", "1.20"],
  ]);
});

describe("the replication role", () => {
  const replicaArn = "arn:aws:s3:::thorbis-backups-us-west-2";
  const replicaKeyArn = keyArn.replace(region, "us-west-2");
  const identity = replicationPolicy({
    source: { region, bucketArn, keyArn },
    replica: { region: "us-west-2", bucketArn: replicaArn, keyArn: replicaKeyArn },
  });
  const via = (where: string) => ({ "kms:ViaService": `s3.${where}.amazonaws.com` });
  const asked = (action: string, resource: string, context: Record<string, string> = {}) =>
    decide({
      ...{ action, resource, context, identity },
      ...(action.startsWith("kms:") && { resourcePolicy: replicaKeyPolicyDocument(accountId, "us-west-2") }),
    });
  const object = "runs/20260101T000000000Z-00000000/manifest.json";

  it.each([
    ["s3:GetReplicationConfiguration", bucketArn, {}],
    ["s3:ListBucket", bucketArn, {}],
    ["s3:GetObjectVersionForReplication", `${bucketArn}/${object}`, {}],
    ["s3:GetObjectRetention", `${bucketArn}/${object}`, {}],
    ["s3:ReplicateObject", `${replicaArn}/${object}`, {}],
    ["s3:ReplicateDelete", `${replicaArn}/${object}`, {}],
    ["kms:Decrypt", keyArn, via(region)],
    ["kms:Encrypt", replicaKeyArn, via("us-west-2")],
    ["kms:GenerateDataKey", replicaKeyArn, via("us-west-2")],
  ])("may %s on %s", async (action, resource, context) => {
    expect(await asked(action, resource, context)).toBe("Allowed");
  });

  it.each([
    ["s3:PutObject", `${bucketArn}/${object}`, {}],
    ["s3:DeleteObject", `${bucketArn}/${object}`, {}],
    ["s3:ReplicateObject", `${bucketArn}/${object}`, {}],
    ["s3:GetObject", `${replicaArn}/${object}`, {}],
    ["s3:PutObject", `${replicaArn}/${object}`, {}],
    ["s3:DeleteObjectVersion", `${replicaArn}/${object}`, {}],
    ["s3:BypassGovernanceRetention", `${replicaArn}/${object}`, {}],
    ["s3:PutReplicationConfiguration", bucketArn, {}],
    ["kms:Decrypt", replicaKeyArn, via("us-west-2")],
    ["kms:Decrypt", keyArn, via("us-west-2")],
    ["kms:Encrypt", replicaKeyArn, via(region)],
  ])("may not %s on %s", async (action, resource, context) => {
    expect(await asked(action, resource, context)).toBe("ImplicitlyDenied");
  });

  it("is assumed only by S3", async () => {
    const everything = policyDocument({ Sid: "All", Effect: "Allow", Action: "*", Resource: "*" });
    const assumedBy = (principal: string) =>
      decide({
        ...{ action: "sts:AssumeRole", principal, identity: everything },
        resource: `arn:aws:iam::${accountId}:role/thorbis-prod-backup-replication`,
        resourcePolicy: replicationTrust(),
      });

    expect(await assumedBy("s3.amazonaws.com")).toBe("Allowed");
    expect(await assumedBy("ecs-tasks.amazonaws.com")).not.toBe("Allowed");
  });
});

test("the second region uses the configuration of the first one", async () => {
  pulumi.runtime.setConfig("aws:profile", "deployer");
  pulumi.runtime.setConfig("aws:allowedAccountIds", '["123456789012"]');
  pulumi.runtime.setConfig("aws:skipRegionValidation", "true");
  let found: object = {};

  await register({}, ({ type, props }) => {
    if (type === "pulumi:providers:aws") found = props;
  });

  const values = await Promise.all(
    Object.entries(found).map(
      async ([name, value]) =>
        [name, await new Promise((resolve) => pulumi.output(value).apply(resolve))] as const,
    ),
  );
  expect(Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== null))).toEqual({
    ...{ region: "us-west-2", profile: "deployer" },
    allowedAccountIds: '["123456789012"]',
    // The first is the SDK's default.
    ...{ skipCredentialsValidation: "false", skipRegionValidation: "true" },
  });
});
