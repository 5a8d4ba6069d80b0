import { expect, test } from "vitest";
import { BackupBucket, type BackupBucketArgs } from "../../../components/backupBucket/backupBucket";
import { bucketPolicyDocument } from "../../../components/backupBucket/bucketPolicyDocument";
import { keyPolicyDocument } from "../../../components/backupBucket/keyPolicyDocument";
import { account, registered, registeredInAws, tags } from "../awsWorld";

const register = (args: Partial<BackupBucketArgs> = {}) =>
  registeredInAws(
    () =>
      new BackupBucket("backup", {
        account,
        tags,
        physicalName: "thorbis-prod",
        bucketName: "thorbis-backups",
        ...args,
      }),
  );

test("declares the bucket with all its satellites, and its own key", async () => {
  const resources = await register({ objectLock: { mode: "GOVERNANCE", days: 14 } });

  expect([...resources.values()].map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
    "backup-bucket aws:s3/bucket:Bucket",
    "backup-encryption aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "backup-key aws:kms/key:Key",
    "backup-key-alias aws:kms/alias:Alias",
    "backup-lifecycle aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "backup-object-lock aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "backup-ownership aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "backup-policy aws:s3/bucketPolicy:BucketPolicy",
    "backup-public-access aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "backup-versioning aws:s3/bucketVersioning:BucketVersioning",
  ]);
  const inputsOf = (name: string) => registered(resources, name).inputs;
  expect(inputsOf("backup-bucket")).toEqual({
    bucket: "thorbis-backups",
    tags,
    forceDestroy: false,
  });
  expect(inputsOf("backup-key")).toEqual({
    description: "Encrypts the backups in thorbis-backups",
    tags,
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy: JSON.stringify(keyPolicyDocument("123456789012", "us-east-1")),
  });
  expect(inputsOf("backup-key-alias").name).toBe("alias/thorbis-prod-backup");
  expect(inputsOf("backup-versioning")).toEqual({
    bucket: "thorbis-backups",
    versioningConfiguration: { status: "Enabled" },
  });
  expect(inputsOf("backup-encryption")).toEqual({
    bucket: "thorbis-backups",
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:backup-key" },
        bucketKeyEnabled: true,
      },
    ],
  });
  expect(inputsOf("backup-public-access")).toEqual({
    bucket: "thorbis-backups",
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  expect(inputsOf("backup-ownership")).toEqual({
    bucket: "thorbis-backups",
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  expect(inputsOf("backup-object-lock")).toEqual({
    bucket: "thorbis-backups",
    rule: { defaultRetention: { mode: "GOVERNANCE", days: 14 } },
  });
  expect(inputsOf("backup-policy")).toEqual({
    bucket: "thorbis-backups",
    policy: JSON.stringify(
      bucketPolicyDocument({ bucketArn: "arn:backup-bucket", keyArn: "arn:backup-key" }),
    ),
  });
});

test("without object lock there is none, neither on the bucket nor as a separate resource", async () => {
  const resources = await register();

  expect(registered(resources, "backup-bucket").inputs).not.toHaveProperty("objectLockEnabled");
  expect(resources.has("backup-object-lock")).toBe(false);
});

test("without its own key S3 encrypts, and the policy requires no key", async () => {
  const resources = await register({ ownKey: false });

  expect(resources.has("backup-key")).toBe(false);
  expect(registered(resources, "backup-encryption").inputs.rules).toEqual([
    { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: false },
  ]);
  expect(registered(resources, "backup-policy").inputs.policy).toBe(
    JSON.stringify(bucketPolicyDocument({ bucketArn: "arn:backup-bucket", keyArn: undefined })),
  );
});

test("backups move to cheaper storage as configured", async () => {
  const tiersOf = async (args: Parameters<typeof register>[0]) => {
    const rules = registered(await register(args), "backup-lifecycle").inputs.rules as Record<
      string,
      object
    >[];
    return rules.find(({ transitions }) => transitions !== undefined)?.transitions;
  };

  expect(await tiersOf({})).toEqual([{ days: 30, storageClass: "STANDARD_IA" }]);
  expect(await tiersOf({ storageTiers: { infrequentAccessDays: 45, archiveDays: 90 } })).toEqual([
    { days: 45, storageClass: "STANDARD_IA" },
    { days: 90, storageClass: "GLACIER_IR" },
  ]);
});

test("no lifecycle rule ever expires the current version of an object", async () => {
  const resources = await register({ noncurrentRetentionDays: 45 });
  const rules = registered(resources, "backup-lifecycle").inputs.rules as Record<string, object>[];

  expect(rules.map(({ id }) => id)).toEqual([
    "abort-unfinished-uploads",
    "expire-noncurrent-versions",
    "move-to-infrequent-access",
  ]);
  expect(rules.map(({ filter }) => filter)).toEqual([{ prefix: "" }, { prefix: "" }, { prefix: "" }]);
  expect(rules[0]).toMatchObject({ abortIncompleteMultipartUpload: { daysAfterInitiation: 3 } });
  expect(rules[1]).toMatchObject({
    noncurrentVersionExpiration: { noncurrentDays: 45 },
    expiration: { expiredObjectDeleteMarker: true },
  });
  expect(rules.flatMap(({ expiration }) => Object.keys(expiration ?? {}))).toEqual([
    "expiredObjectDeleteMarker",
  ]);
});
