import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { AccessLogs } from "../../../components/accessLogs/accessLogs";
import { accessLogsPolicy } from "../../../components/accessLogs/policy";
import { BackupBucket } from "../../../components/backupBucket/backupBucket";
import { account, registered, registeredInAws, tags } from "../awsWorld";
import { decide } from "../iam/simulate";

const bucketArn = "arn:aws:s3:::thorbis-backups-logs";
const sourceArn = "arn:aws:s3:::thorbis-backups";

const register = (onOptions: (name: string, options: pulumi.CustomResourceOptions) => void = () => {}) =>
  registeredInAws(() => {
    pulumi.runtime.registerStackTransformation(({ name, opts }) => {
      onOptions(name, opts);
      return undefined;
    });
    const source = new BackupBucket("backup", {
      ...{ account, tags, physicalName: "thorbis-prod", bucketName: "thorbis-backups", sendsEvents: true },
    });
    new AccessLogs("logs", { account, tags, source, bucketName: "thorbis-backups-logs", retentionDays: 90 });
  });

test("requests to the backup bucket are recorded in a bucket with the same access restrictions and a retention", async () => {
  const resources = await register();
  const inputsOf = (name: string) => registered(resources, `logs-${name}`).inputs;

  expect(inputsOf("logging")).toEqual({
    bucket: "thorbis-backups",
    targetBucket: "thorbis-backups-logs",
    targetPrefix: "s3/",
  });
  expect(inputsOf("bucket")).toMatchObject({
    bucket: "thorbis-backups-logs",
    forceDestroy: false,
    tags: { ...tags, "thorbis:purpose": "access-logs" },
  });
  expect(inputsOf("encryption").rules).toEqual([
    { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: false },
  ]);
  expect(inputsOf("public-access")).toMatchObject({ blockPublicAcls: true, restrictPublicBuckets: true });
  expect(inputsOf("lifecycle").rules).toMatchObject([{ expiration: { days: 90 } }]);
  expect(inputsOf("policy").policy).toBe(
    JSON.stringify(
      accessLogsPolicy({
        bucketArn: "arn:logs-bucket",
        sourceArn: "arn:backup-bucket",
        accountId: "123456789012",
      }),
    ),
  );
});

test("the backup bucket sends events to EventBridge", async () => {
  expect(registered(await register(), "backup-events").inputs).toEqual({
    bucket: "thorbis-backups",
    eventbridge: true,
  });
});

test("disabling removes logging and events from a protected bucket, but not its protection", async () => {
  const isKept = new Map<string, boolean>();

  await register((name, { retainOnDelete = false }) => isKept.set(name, retainOnDelete));

  expect([isKept.get("logs-logging"), isKept.get("backup-events")]).toEqual([false, false]);
  expect([isKept.get("backup-versioning"), isKept.get("logs-policy")]).toEqual([true, true]);
});

const write = (context: Record<string, string>, resource = `${bucketArn}/s3/2026-11-29-00-00-00-AAAA`) =>
  decide({
    action: "s3:PutObject",
    resource,
    principal: "logging.s3.amazonaws.com",
    resourcePolicy: accessLogsPolicy({ bucketArn, sourceArn, accountId: "123456789012" }),
    context: { "aws:SecureTransport": "true", ...context },
  });
const ours = { "aws:SourceArn": sourceArn, "aws:SourceAccount": "123456789012" };

test.each([
  ["records of the backup bucket", ours, undefined, "Allowed"],
  [
    "records of another bucket",
    { ...ours, "aws:SourceArn": "arn:aws:s3:::other" },
    undefined,
    "ImplicitlyDenied",
  ],
  [
    "records of another account",
    { ...ours, "aws:SourceAccount": "999999999999" },
    undefined,
    "ImplicitlyDenied",
  ],
  ["anything under another prefix", ours, `${bucketArn}/elsewhere`, "ImplicitlyDenied"],
  ["plain HTTP", { ...ours, "aws:SecureTransport": "false" }, undefined, "ExplicitlyDenied"],
])("S3 writing %s", async (_, context, resource, expected) => {
  expect(await write(context, resource)).toBe(expected);
});
