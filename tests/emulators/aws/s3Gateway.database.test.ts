import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { NoSuchBucket, S3, S3ServiceException } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AwsService, startAws } from "../../../emulators/aws";
import { type S3GatewayServer, serveS3Gateway } from "../../../emulators/aws/s3Gateway/server";
import { type S3Server, startS3 } from "../../../emulators/s3";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis gateway "));
const keys = { accessKey: "thorbis-local", secretKey: "thorbis-local-secret", region: "us-east-1" };
let objects: S3Server;
let european: S3Server;
let moto: AwsService;
let gateway: S3GatewayServer;
let s3: S3;

const client = (endpoint: string, secretAccessKey = keys.secretKey, region = keys.region) =>
  new S3({
    endpoint,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: keys.accessKey, secretAccessKey },
  });

beforeAll(async () => {
  objects = await startS3({ directory: path.join(directory, "s3"), ...keys });
  european = await startS3({ directory: path.join(directory, "s3-eu"), ...keys, region: "eu-central-1" });
  moto = await startAws({ directory: path.join(directory, "aws") });
  gateway = await serveS3Gateway({
    port: 0,
    stores: { [keys.region]: objects.endpoint, "eu-central-1": european.endpoint },
    configuration: moto.endpoint,
    ...keys,
  });
  s3 = client(gateway.endpoint);
  await s3.createBucket({ Bucket: "backups", ObjectLockEnabledForBucket: true });
});
afterAll(async () => {
  await gateway?.close();
  await moto?.stop();
  await european?.stop();
  await objects?.stop();
  rmSync(directory, { recursive: true });
});

const tlsOnly = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: ["arn:aws:s3:::backups", "arn:aws:s3:::backups/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
});

async function configure(): Promise<void> {
  await s3.putBucketPolicy({ Bucket: "backups", Policy: tlsOnly });
  await s3.putBucketLifecycleConfiguration({
    Bucket: "backups",
    LifecycleConfiguration: {
      Rules: [{ ID: "old", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 30 } }],
    },
  });
  await s3.putBucketEncryption({
    Bucket: "backups",
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } }],
    },
  });
  await s3.putPublicAccessBlock({
    Bucket: "backups",
    PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
  });
}

it("stores the configuration that the object server would refuse, ignore or enforce", async () => {
  await configure();

  expect((await s3.getBucketPolicy({ Bucket: "backups" })).Policy).toBe(tlsOnly);
  expect((await s3.getBucketLifecycleConfiguration({ Bucket: "backups" })).Rules?.[0]?.Expiration?.Days).toBe(
    30,
  );
  const { ServerSideEncryptionConfiguration: encryption } = await s3.getBucketEncryption({
    Bucket: "backups",
  });
  expect(encryption?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe("aws:kms");
  const { PublicAccessBlockConfiguration: block } = await s3.getPublicAccessBlock({ Bucket: "backups" });
  expect(block?.BlockPublicPolicy).toBe(true);
  // Control: without the gateway, this fails.
  await expect(
    client(objects.endpoint).getBucketLifecycleConfiguration({ Bucket: "backups" }),
  ).rejects.toThrow(S3ServiceException);
});

it("accepts replication only for a versioned bucket", async () => {
  const ReplicationConfiguration = {
    Role: "arn:aws:iam::123456789012:role/copier",
    Rules: [
      {
        ID: "all",
        Priority: 1,
        Status: "Enabled" as const,
        Filter: { Prefix: "" },
        DeleteMarkerReplication: { Status: "Disabled" as const },
        Destination: { Bucket: "arn:aws:s3:::elsewhere" },
      },
    ],
  };
  await s3.createBucket({ Bucket: "unversioned" });

  await s3.putBucketReplication({ Bucket: "backups", ReplicationConfiguration });

  const { ReplicationConfiguration: found } = await s3.getBucketReplication({ Bucket: "backups" });
  expect(found?.Rules?.[0]?.ID).toBe("all");
  await expect(
    s3.putBucketReplication({ Bucket: "unversioned", ReplicationConfiguration }),
  ).rejects.toMatchObject({
    name: "InvalidRequest",
  });
  await s3.deleteBucketReplication({ Bucket: "backups" });
});

it("refuses to delete a configuration, which moto would handle as a deletion of the bucket", async () => {
  await s3.putBucketTagging({ Bucket: "backups", Tagging: { TagSet: [{ Key: "owner", Value: "me" }] } });

  const deletion = s3.deleteBucketInventoryConfiguration({ Bucket: "backups", Id: "all" });

  await expect(deletion).rejects.toMatchObject({ name: "NotImplemented" });
  expect((await s3.getBucketTagging({ Bucket: "backups" })).TagSet).toEqual([{ Key: "owner", Value: "me" }]);
});

it("passes objects through unchanged, and they survive a restart of moto", async () => {
  await configure();
  const body = randomBytes(9 << 20);
  await s3.putObject({ Bucket: "backups", Key: "runs/a b+c%/ü", Body: body });
  await moto.stop();
  moto = await startAws({ directory: path.join(directory, "aws") });

  const { Body } = await s3.getObject({ Bucket: "backups", Key: "runs/a b+c%/ü" });
  const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  expect(hash((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(hash(body));
  const { Contents } = await client(objects.endpoint).listObjectsV2({ Bucket: "backups" });
  expect(Contents?.map(({ Key }) => Key)).toEqual(["runs/a b+c%/ü"]);
  // moto came back empty, so this is as if it had never been set; setting it again works.
  await expect(s3.getBucketPolicy({ Bucket: "backups" })).rejects.toThrow(/policy does not exist/);
  await s3.putBucketPolicy({ Bucket: "backups", Policy: tlsOnly });
  expect((await s3.getBucketPolicy({ Bucket: "backups" })).Policy).toBe(tlsOnly);
});

it("leaves versions and locks to the object server", async () => {
  await s3.putObjectLockConfiguration({
    Bucket: "backups",
    ObjectLockConfiguration: {
      ObjectLockEnabled: "Enabled",
      Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 1 } },
    },
  });
  const { VersionId } = await s3.putObject({ Bucket: "backups", Key: "locked", Body: "x" });

  await expect(s3.deleteObject({ Bucket: "backups", Key: "locked", VersionId })).rejects.toThrow(
    /Access ?Denied|protected/i,
  );
});

it("reports a missing bucket, and refuses a wrong key", async () => {
  await expect(s3.getBucketPolicy({ Bucket: "nobody" })).rejects.toThrow(NoSuchBucket);
  await expect(client(gateway.endpoint, "wrong").listBuckets()).rejects.toThrow(/signature/i);
});

it("deletes the configuration of a bucket with the bucket", async () => {
  await s3.createBucket({ Bucket: "short-lived" });
  await s3.putPublicAccessBlock({
    Bucket: "short-lived",
    PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
  });
  await s3.deleteBucket({ Bucket: "short-lived" });
  await s3.createBucket({ Bucket: "short-lived" });

  await expect(s3.getPublicAccessBlock({ Bucket: "short-lived" })).rejects.toThrow(
    /was not found|NoSuchPublicAccessBlock/i,
  );
});

it("returns 503 while a server behind it is down, and recovers when it is up", async () => {
  const away = await serveS3Gateway({
    port: 0,
    stores: { [keys.region]: "http://127.0.0.1:9" },
    configuration: moto.endpoint,
    ...keys,
  });
  try {
    const failure = await client(away.endpoint)
      .listBuckets()
      .catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(S3ServiceException);
    expect((failure as S3ServiceException).$metadata.httpStatusCode).toBe(503);
  } finally {
    await away.close();
  }
});

it("separates the buckets of regions in one namespace, and refuses an unknown region", async () => {
  const inEurope = client(gateway.endpoint, undefined, "eu-central-1");
  const there = { CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } } as const;
  await inEurope.createBucket({ Bucket: "backups-eu", ...there });
  await inEurope.putObject({ Bucket: "backups-eu", Key: "a", Body: "in Europe" });
  await inEurope.putBucketPolicy({ Bucket: "backups-eu", Policy: tlsOnly });

  expect(await (await inEurope.getObject({ Bucket: "backups-eu", Key: "a" })).Body?.transformToString()).toBe(
    "in Europe",
  );
  expect((await inEurope.getBucketLocation({ Bucket: "backups-eu" })).LocationConstraint).toBe(
    "eu-central-1",
  );
  await expect(s3.getObject({ Bucket: "backups-eu", Key: "a" })).rejects.toThrow(NoSuchBucket);
  await expect(inEurope.createBucket({ Bucket: "backups", ...there })).rejects.toThrow(
    "You have this bucket already, in another region",
  );
  await expect(client(gateway.endpoint, undefined, "sa-east-1").listBuckets()).rejects.toThrow(/sa-east-1/);
});
