import { HeadBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type AwsAccountUnderTest,
  type AwsAreas,
  type AwsStack,
  createAwsAccount,
} from "../../support/awsStack";
import { type BucketProtection, bucketProtection } from "../../support/bucketProtection";

// Whatever a deployment does or fails to do, a bucket that holds backups is as protected as before.
let account: AwsAccountUnderTest;
let s3: S3Client;
let count = 0;
let stack: AwsStack;
let Bucket: string;

beforeAll(async () => {
  account = await createAwsAccount("bucket");
  const { s3Endpoint, region, accessKey, secretKey } = account.endpoints;
  s3 = new S3Client({
    endpoint: s3Endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
});

afterAll(async () => {
  await account?.remove();
});

const lock = { objectLock: { mode: "GOVERNANCE", days: 3 } };

function areas(project: object = {}, backup: object = {}): AwsAreas {
  return {
    project: {
      name: `bucket-${count}`,
      environment: "development",
      organizationId: "thorbis",
      region: "us-east-1",
      deletionProtection: false,
      ...project,
    },
    backup: {
      bucketName: Bucket,
      image: "registry.example.com/backup:main",
      assignPublicIp: true,
      ...backup,
    },
    alerts: { emails: ["operations@example.com"] },
  };
}

beforeEach(async () => {
  count += 1;
  Bucket = `kept-${count}`;
});

/** Brings a stack up and puts an object into its bucket; answers how the bucket is protected. */
async function deployed(initial: AwsAreas): Promise<BucketProtection> {
  stack = await account.stack(`kept-${count}`, initial);
  await stack.succeeds("up", "--yes", "--skip-preview");
  await s3.send(new PutObjectCommand({ Bucket, Key: "runs/one", Body: "a backup" }));
  const protection = await bucketProtection(s3, Bucket);
  const { objectLock: _objectLock, ...others } = protection;
  expect(Object.values(others)).not.toContain(undefined);
  return protection;
}

async function fails(...args: string[]): Promise<string> {
  const { exitCode, output } = await stack.pulumi(...args);
  expect(exitCode, output).not.toBe(0);
  return output;
}

describe("object lock that is switched on later", () => {
  test.each([false, true])("is set in place, with deletion protection %s", async (deletionProtection) => {
    const before = await deployed(areas({ deletionProtection }));
    stack.configure(areas({ deletionProtection }, lock));

    const preview = await stack.succeeds("preview");
    await stack.succeeds("up", "--yes", "--skip-preview");

    expect(preview).not.toMatch(/replace/);
    expect(await bucketProtection(s3, Bucket)).toEqual({
      ...before,
      objectLock: {
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 3 } },
        },
      },
    });
    await stack.succeeds("preview", "--refresh", "--expect-no-changes");
  });
});

describe("a step that fails leaves the bucket as protected as before", () => {
  test("a replacement of the bucket", async () => {
    const before = await deployed(areas({}, lock));

    const output = await fails(
      "up",
      "--yes",
      "--skip-preview",
      "--replace",
      await stack.urn("backup-bucket-bucket"),
    );

    expect(output).toContain("may not be replaced");
    expect(await bucketProtection(s3, Bucket)).toEqual(before);
    await stack.succeeds("up", "--yes", "--skip-preview");
    expect(await bucketProtection(s3, Bucket)).toEqual(before);
  });

  test("a destroy", async () => {
    const before = await deployed(areas());

    const output = await fails("destroy", "--yes", "--skip-preview");

    expect(output).toContain(`${Bucket} is not empty`);
    expect(await bucketProtection(s3, Bucket)).toEqual(before);
    await stack.succeeds("up", "--yes", "--skip-preview");
    expect(await bucketProtection(s3, Bucket)).toEqual(before);
  });

  test("a replacement of something that is set on the bucket", async () => {
    const before = await deployed(areas());

    await stack.succeeds(
      "up",
      "--yes",
      "--skip-preview",
      "--replace",
      await stack.urn("backup-bucket-policy"),
    );

    expect(await bucketProtection(s3, Bucket)).toEqual(before);
  });
});

describe("another name for the bucket", () => {
  test.each([false, true])(
    "is refused before anything is touched, with deletion protection %s",
    async (deletionProtection) => {
      const before = await deployed(areas({ deletionProtection }));
      stack.configure(areas({ deletionProtection }, { bucketName: `${Bucket}-new` }));

      const output = await fails("up", "--yes", "--skip-preview");

      expect(output).toContain(
        `backup.bucketName is ${Bucket}-new, but the stack's backups are in ${Bucket}: set it back with \`pulumi config set --stack kept-${count} --path 'thorbis-supabase:backup.bucketName' ${Bucket}\`, or move on purpose`,
      );
      expect(await bucketProtection(s3, Bucket)).toEqual(before);
      stack.configure(areas({ deletionProtection }));
      await stack.succeeds("preview", "--refresh", "--expect-no-changes");
    },
  );

  test("on purpose: the new bucket is protected like the old one, which stays as it is", async () => {
    const before = await deployed(areas({ deletionProtection: true }));
    const old = Bucket;
    const moved = { bucketName: `${old}-new`, retiredBucketNames: [old] };
    await stack.succeeds("state", "unprotect", await stack.urn("backup-bucket-bucket"), "--yes");
    stack.configure(areas({ deletionProtection: true }, moved));

    await stack.succeeds("up", "--yes", "--skip-preview");

    expect(await bucketProtection(s3, old)).toEqual(before);
    expect(await bucketProtection(s3, `${old}-new`)).toEqual(
      JSON.parse(JSON.stringify(before).replaceAll(old, `${old}-new`)),
    );
    await stack.succeeds("preview", "--refresh", "--expect-no-changes");
  });
});

test("an empty bucket that is not protected goes with its stack", async () => {
  stack = await account.stack(`kept-${count}`, areas());
  await stack.succeeds("up", "--yes", "--skip-preview");

  await stack.succeeds("destroy", "--yes", "--skip-preview");

  await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toThrow();
});

test("a bucket that a destroy leaves behind keeps its protection, and the next up takes it back", async () => {
  const before = await deployed(areas({ deletionProtection: true }, lock));
  await fails("destroy", "--yes", "--skip-preview");
  await stack.succeeds("state", "unprotect", "--all", "--yes");

  await stack.succeeds("destroy", "--yes", "--skip-preview");

  expect(await bucketProtection(s3, Bucket)).toEqual(before);
  await stack.succeeds("up", "--yes", "--skip-preview");
  expect(await bucketProtection(s3, Bucket)).toEqual(before);
  await stack.succeeds("preview", "--refresh", "--expect-no-changes");
});
