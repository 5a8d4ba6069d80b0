import {
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  DeleteBucketWebsiteCommand,
  GetBucketReplicationCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type AwsAccountUnderTest,
  type AwsAreas,
  type AwsStack,
  createAwsAccount,
} from "../../support/awsStack";
import { bucketProtection } from "../../support/bucketProtection";
import {
  type Clouds,
  connectClouds,
  type Deployed,
  deployedInClouds,
  namesProperty,
  replicaChanges,
  reportedByRefresh,
  rowOf,
} from "../../support/clouds";

// Backups in one region and their copies in another, on the real engine.
const secondRegion = "us-west-2";
const source = "shop-backups";
const replica = "shop-backups-us-west-2";
let account: AwsAccountUnderTest;
let stack: AwsStack;
let here: Clouds;
let there: Clouds;

/** The names after a move. */
const laterSource = "shop-backups-2";
const laterReplica = "shop-copies";

const areas = (copies: object = { region: secondRegion }, moved: object = {}): AwsAreas => ({
  project: {
    name: "shop",
    environment: "development",
    organizationId: "thorbis",
    region: "us-east-1",
    deletionProtection: true,
  },
  backup: {
    bucketName: source,
    image: "registry.example.com/backup:main",
    assignPublicIp: true,
    ownKey: true,
    objectLock: { mode: "GOVERNANCE", days: 3 },
    replica: copies,
    deletionAlarm: true,
    ...moved,
  },
  alerts: { emails: ["operations@example.com"] },
});

beforeAll(async () => {
  account = await createAwsAccount("all", { secondRegion });
  stack = await account.stack("copied", areas());
  const cloudsIn = (region: string) =>
    connectClouds({
      aws: { ...account.endpoints, region },
      supabase: { endpoint: "http://127.0.0.1:9" },
    } as unknown as Parameters<typeof connectClouds>[0]);
  here = cloudsIn(account.endpoints.region);
  there = cloudsIn(secondRegion);
});

afterAll(async () => {
  await account?.remove();
});

const up = async (...more: string[]) => await stack.succeeds("up", "--yes", "--skip-preview", ...more);
const refresh = async () => await stack.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff");
const replicationOf = async (s3: S3Client, Bucket: string) =>
  (await s3.send(new GetBucketReplicationCommand({ Bucket }))).ReplicationConfiguration;

/** The error of S3 for a bucket without a rule. */
const noRule = { name: "ReplicationConfigurationNotFoundError" };

/** Returns the copies in S3: their bucket with its settings, and the rule on the source. */
async function copies(): Promise<{ resource: Deployed; clouds: Clouds }[]> {
  const all = deployedInClouds((await stack.pulumi("stack", "export")).stdout);
  return all
    .filter(({ type, name }) => type.startsWith("aws:s3/") && name.startsWith("backup-replica-"))
    .map((resource) => ({ resource, clouds: resource.name === "backup-replica-rule" ? here : there }));
}

test("the copies are as protected as the backups, and S3 is configured to create them", async () => {
  await up();
  await there.s3.send(new PutObjectCommand({ Bucket: replica, Key: "runs/one", Body: "a backup" }));

  const [ofSource, ofReplica] = [
    await bucketProtection(here.s3, source),
    await bucketProtection(there.s3, replica),
  ];
  expect(Object.values(ofReplica)).not.toContain(undefined);
  for (const same of ["publicAccess", "lifecycle", "ownership", "versioning", "objectLock"] as const)
    expect(ofReplica[same], same).toEqual(ofSource[same]);
  expect(JSON.stringify(ofReplica.encryption)).toContain(":kms:us-west-2:");
  expect(JSON.stringify(ofReplica.policy)).toContain("DenyPlainHttp");
  expect((await replicationOf(here.s3, source))?.Rules).toMatchObject([
    {
      Status: "Enabled",
      Destination: {
        Bucket: `arn:aws:s3:::${replica}`,
        EncryptionConfiguration: { ReplicaKmsKeyID: expect.stringContaining(":kms:us-west-2:") },
        Metrics: { Status: "Enabled" },
      },
    },
  ]);
  await stack.succeeds("preview", "--refresh", "--expect-no-changes");
});

test("deletions of copies are sent to the topic of their region, and another target of the rule is reported", async () => {
  const Rule = "shop-backup-replica-deleted";
  const { Targets = [] } = await there.events.send(new ListTargetsByRuleCommand({ Rule }));
  expect(Targets.map(({ Id, Arn, DeadLetterConfig }) => [Id, Arn, DeadLetterConfig?.Arn])).toEqual([
    [
      "alarm-topic",
      "arn:aws:sns:us-west-2:123456789012:shop-backup-alarms",
      "arn:aws:sqs:us-west-2:123456789012:shop-backup-replica-dead-letters",
    ],
  ]);
  const Arn = "arn:aws:sns:us-west-2:123456789012:of-somebody-else";
  await there.events.send(new PutTargetsCommand({ Rule, Targets: [{ Id: "by-hand", Arn }] }));

  const { exitCode, output } = await refresh();

  expect(exitCode, output).toBe(7);
  expect(output).toContain(`opens    event target ${Rule} by-hand in ${secondRegion}: added: ${Arn}`);
  await there.events.send(new RemoveTargetsCommand({ Rule, Ids: ["by-hand"] }));
});

const removable = /bucketReplicationConfig|bucketPolicy|bucketPublicAccessBlock/;

test("manual changes of every part, including a removed rule and public copies, are reported and repaired", async () => {
  const before = await bucketProtection(there.s3, replica);
  const all = (await copies()).map(({ resource, clouds }) => ({
    ...{ resource, clouds, row: rowOf(replicaChanges, resource) },
  }));
  const removed = all.filter(({ resource }) => removable.test(resource.type));
  const changed = all.flatMap(({ resource, clouds, row }) =>
    // A lock keeps versioning on.
    "change" in row && !/bucketVersioning/.test(resource.type) && !removable.test(resource.type)
      ? [{ resource, clouds, row }]
      : [],
  );
  for (const { resource, clouds, row } of changed) await row.change(clouds, resource);
  for (const { resource, clouds, row } of removed)
    if ("remove" in row.deletion) await row.deletion.remove(clouds, resource);
  const WebsiteConfiguration = { IndexDocument: { Suffix: "index.html" } };
  await there.s3.send(new PutBucketWebsiteCommand({ Bucket: replica, WebsiteConfiguration }));

  const drifted = await refresh();

  expect(drifted.exitCode, drifted.output).toBe(7);
  const reported = reportedByRefresh(drifted.output);
  expect(changed).toHaveLength(6);
  for (const { resource, row } of changed) {
    const report = reported.get(resource.urn);
    for (const property of row.reports)
      expect(report && namesProperty(report, property), `${resource.name} in ${drifted.output}`).toBe(true);
  }
  expect(removed.map(({ resource }) => reported.get(resource.urn)?.kind)).toEqual([
    ...["delete", "delete", "delete"],
  ]);
  expect(drifted.output).toContain(`opens    bucket website ${replica} in ${secondRegion}: added: `);
  await there.s3.send(new DeleteBucketWebsiteCommand({ Bucket: replica }));
  await up("--refresh");
  expect(await bucketProtection(there.s3, replica)).toEqual(before);
  expect(await replicationOf(here.s3, source)).toMatchObject({ Rules: [{ Status: "Enabled" }] });
});

test("copies that are switched off keep their bucket, its protection and its key, and are managed again when they are switched on", async () => {
  const before = await bucketProtection(there.s3, replica);
  for (const name of ["backup-replica-bucket", "backup-replica-key"])
    await stack.succeeds("state", "unprotect", await stack.urn(name), "--yes");
  const { replica: _, ...backup } = areas().backup;
  stack.configure({ ...areas(), backup });
  await up();

  expect(await bucketProtection(there.s3, replica)).toEqual(before);
  await expect(replicationOf(here.s3, source)).rejects.toMatchObject(noRule);
  expect((await refresh()).exitCode).toBe(0);

  stack.configure(areas());
  await up();

  expect(await bucketProtection(there.s3, replica)).toEqual(before);
  expect(await replicationOf(here.s3, source)).toMatchObject({ Rules: [{ Status: "Enabled" }] });
  await stack.succeeds("preview", "--refresh", "--expect-no-changes");
});

test("another name for the copies is refused, unless it is intended: then backups and copies move, and the old ones keep their protection", async () => {
  const before = [
    await bucketProtection(here.s3, source),
    await bucketProtection(there.s3, replica),
  ] as const;
  const copies = { region: secondRegion, bucketName: laterReplica };
  stack.configure(areas(copies));

  const { exitCode, output } = await stack.pulumi("up", "--yes", "--skip-preview");

  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    `backup.replica.bucketName is ${laterReplica}, but the copies of the stack's backups are in ${replica}: set it back with`,
  );

  for (const bucket of ["backup-bucket-bucket", "backup-replica-bucket"])
    await stack.succeeds("state", "unprotect", await stack.urn(bucket), "--yes");
  stack.configure(areas(copies, { bucketName: laterSource, retiredBucketNames: [source, replica] }));
  await up();

  expect(await bucketProtection(here.s3, source)).toEqual(before[0]);
  expect(await bucketProtection(there.s3, replica)).toEqual(before[1]);
  expect((await bucketProtection(there.s3, laterReplica)).objectLock).toEqual(before[1].objectLock);
  expect(JSON.stringify(await replicationOf(here.s3, laterSource))).toContain(`arn:aws:s3:::${laterReplica}`);
  await expect(replicationOf(here.s3, source)).rejects.toMatchObject(noRule);
});

test("after a destroy the copies keep their protection without a rule, and the next up takes over bucket and key", async () => {
  const before = await bucketProtection(there.s3, laterReplica);
  await stack.succeeds("state", "unprotect", "--all", "--yes");
  await stack.succeeds("destroy", "--yes", "--skip-preview");
  expect(await bucketProtection(there.s3, laterReplica)).toEqual(before);
  await expect(replicationOf(here.s3, laterSource)).rejects.toMatchObject(noRule);

  await up();

  expect(await bucketProtection(there.s3, laterReplica)).toEqual(before);
  expect(await replicationOf(here.s3, laterSource)).toBeDefined();
});
