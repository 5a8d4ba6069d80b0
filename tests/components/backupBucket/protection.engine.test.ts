import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { HeadBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type AwsAccountUnderTest,
  type AwsAreas,
  type AwsStack,
  createAwsAccount,
} from "../../support/awsStack";
import { type BucketProtection, bucketProtection } from "../../support/bucketProtection";
import { deployedInClouds } from "../../support/clouds";

// A bucket with backups stays protected after any deployment, even a failed one. A deployment takes seconds, so the
// tests of a `describe` share one: each leaves the stack deployed, and the bucket with its backup. Each can run alone: one that needs
// object lock switches it on itself.
let account: AwsAccountUnderTest;
let s3: S3Client;
let kms: KMSClient;

beforeAll(async () => {
  account = await createAwsAccount("bucket");
  const { endpoint, s3Endpoint, region, accessKey, secretKey } = account.endpoints;
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  s3 = new S3Client({ endpoint: s3Endpoint, region, forcePathStyle: true, credentials });
  kms = new KMSClient({ endpoint, region, credentials });
});

afterAll(async () => {
  await account?.remove();
});

async function keyState(KeyId: string): Promise<string | undefined> {
  return (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
}

const lock = { objectLock: { mode: "GOVERNANCE", days: 3 } };

/** A stack with a bucket, whose name is also the stack's. */
class BucketStack {
  private constructor(
    readonly bucket: string,
    private readonly deletionProtection: boolean,
    private readonly stack: AwsStack,
  ) {}

  static async deploy(bucket: string, deletionProtection: boolean): Promise<BucketStack> {
    const stack = await account.stack(bucket, areas(bucket, deletionProtection));
    await stack.succeeds("up", "--yes", "--skip-preview");
    return new BucketStack(bucket, deletionProtection, stack);
  }

  /** Deploys a stack and puts an object into its bucket. */
  static async withBackup(bucket: string, deletionProtection: boolean): Promise<BucketStack> {
    const stack = await BucketStack.deploy(bucket, deletionProtection);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "runs/one", Body: "a backup" }));
    const { objectLock: _objectLock, ...others } = await stack.protection();
    expect(Object.values(others)).not.toContain(undefined);
    return stack;
  }

  async protection(bucket = this.bucket): Promise<BucketProtection> {
    return await bucketProtection(s3, bucket);
  }

  configure(backup: object = {}): void {
    this.stack.configure(areas(this.bucket, this.deletionProtection, backup));
  }

  async up(...args: string[]): Promise<string> {
    return await this.stack.succeeds("up", "--yes", "--skip-preview", ...args);
  }

  async succeeds(...args: string[]): Promise<string> {
    return await this.stack.succeeds(...args);
  }

  async fails(...args: string[]): Promise<string> {
    const { exitCode, output } = await this.stack.pulumi(...args);
    expect(exitCode, output).not.toBe(0);
    return output;
  }

  async urn(name: string): Promise<string> {
    return await this.stack.urn(name);
  }

  /** Returns the id of the key of its objects. */
  async keyId(): Promise<string> {
    const { stdout } = await this.stack.pulumi("stack", "export");
    const key = deployedInClouds(stdout).find(({ name }) => name === "backup-bucket-key");
    if (key === undefined) throw new Error("the stack has no key");
    return key.id;
  }

  async expectNoChanges(): Promise<void> {
    await this.stack.succeeds("preview", "--refresh", "--expect-no-changes");
  }
}

function areas(bucketName: string, deletionProtection: boolean, backup: object = {}): AwsAreas {
  return {
    project: {
      name: bucketName,
      environment: "development",
      organizationId: "thorbis",
      region: "us-east-1",
      deletionProtection,
    },
    backup: {
      bucketName,
      image: "registry.example.com/backup:main",
      assignPublicIp: true,
      ...backup,
    },
    alerts: { emails: ["operations@example.com"] },
  };
}

/** Declares the tests that do not depend on deletion protection. */
function describeCommonPromises(deployed: () => BucketStack): void {
  test("another name for the bucket is refused before anything is changed", async () => {
    const stack = deployed();
    const before = await stack.protection();
    stack.configure({ bucketName: `${stack.bucket}-new` });

    const output = await stack.fails("up", "--yes", "--skip-preview");

    expect(output).toContain(
      `backup.bucketName is ${stack.bucket}-new, but the stack's backups are in ${stack.bucket}: set it back with \`pulumi config set --stack ${stack.bucket} --path 'thorbis-supabase:backup.bucketName' ${stack.bucket}\`, or move on purpose`,
    );
    expect(await stack.protection()).toEqual(before);
    stack.configure();
    await stack.expectNoChanges();
  });

  test("object lock that is enabled later is set in place", async () => {
    const stack = deployed();
    const before = await stack.protection();
    stack.configure(lock);

    const preview = await stack.succeeds("preview");
    await stack.up();

    expect(preview).not.toMatch(/replace/);
    expect(await stack.protection()).toEqual({
      ...before,
      objectLock: {
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 3 } },
        },
      },
    });
    await stack.expectNoChanges();
  });
}

describe("a bucket without deletion protection", () => {
  let stack: BucketStack;
  beforeAll(async () => {
    stack = await BucketStack.withBackup("kept-unprotected", false);
  });

  test("is as protected as before after one of its settings is replaced", async () => {
    const before = await stack.protection();

    await stack.up("--replace", await stack.urn("backup-bucket-policy"));

    expect(await stack.protection()).toEqual(before);
  });

  test("is as protected as before after a failed destroy", async () => {
    const before = await stack.protection();

    const output = await stack.fails("destroy", "--yes", "--skip-preview");

    expect(output).toContain(`${stack.bucket} is not empty`);
    expect(await stack.protection()).toEqual(before);
    await stack.up();
    expect(await stack.protection()).toEqual(before);
  });

  describeCommonPromises(() => stack);

  test("is as protected as before after a failed replacement", async () => {
    const before = await stack.protection();

    const output = await stack.fails(
      "up",
      "--yes",
      "--skip-preview",
      "--replace",
      await stack.urn("backup-bucket-bucket"),
    );

    expect(output).toContain("may not be replaced");
    expect(await stack.protection()).toEqual(before);
    await stack.up();
    expect(await stack.protection()).toEqual(before);
  });

  test("keeps the key of its objects after a failed destroy, and when the key is switched off", async () => {
    const encrypted = await BucketStack.withBackup("kept-encrypted", false);
    encrypted.configure({ ownKey: true });
    await encrypted.up();
    const key = await encrypted.keyId();

    await encrypted.fails("destroy", "--yes", "--skip-preview");

    expect(await keyState(key)).toBe("Enabled");
    encrypted.configure({ ownKey: false });
    const output = await encrypted.fails("up", "--yes", "--skip-preview");
    expect(output).toContain(`backup.ownKey is off, but the key ${key} encrypts the stack's backups`);
    expect(await keyState(key)).toBe("Enabled");
    encrypted.configure({ ownKey: true });
    await encrypted.up();
    expect(await encrypted.keyId()).toBe(key);
    await encrypted.expectNoChanges();
  });

  test("is deleted with its stack if it is empty", async () => {
    const empty = await BucketStack.deploy("empty", false);

    await empty.succeeds("destroy", "--yes", "--skip-preview");

    await expect(s3.send(new HeadBucketCommand({ Bucket: empty.bucket }))).rejects.toThrow();
  });
});

describe("a bucket with deletion protection", () => {
  let stack: BucketStack;
  beforeAll(async () => {
    stack = await BucketStack.withBackup("kept-protected", true);
  });

  describeCommonPromises(() => stack);

  test("keeps its protection after a destroy that leaves it behind, and the next up adopts it", async () => {
    const before = await stack.protection();
    await stack.fails("destroy", "--yes", "--skip-preview");
    await stack.succeeds("state", "unprotect", "--all", "--yes");

    await stack.succeeds("destroy", "--yes", "--skip-preview");

    expect(await stack.protection()).toEqual(before);
    await stack.up();
    expect(await stack.protection()).toEqual(before);
    await stack.expectNoChanges();
  });

  test("stays unchanged after an intended move, and the new bucket has the same protection", async () => {
    stack.configure(lock);
    await stack.up();
    const before = await stack.protection();
    const moved = `${stack.bucket}-new`;
    await stack.succeeds("state", "unprotect", await stack.urn("backup-bucket-bucket"), "--yes");
    stack.configure({ ...lock, bucketName: moved, retiredBucketNames: [stack.bucket] });

    await stack.up();

    expect(await stack.protection()).toEqual(before);
    expect(await stack.protection(moved)).toEqual(
      JSON.parse(JSON.stringify(before).replaceAll(stack.bucket, moved)),
    );
    await stack.expectNoChanges();
  });
});
