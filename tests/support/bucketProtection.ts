import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";

/** The protection of a bucket, as S3 returns it. A missing part is undefined. */
export interface BucketProtection {
  readonly policy: unknown;
  readonly publicAccess: unknown;
  readonly encryption: unknown;
  readonly lifecycle: unknown;
  readonly ownership: unknown;
  readonly versioning: unknown;
  readonly objectLock: unknown;
}

/** Reads a bucket's protection over the S3 protocol. Fails if the bucket does not exist. */
export async function bucketProtection(s3: S3Client, Bucket: string): Promise<BucketProtection> {
  const part = async (call: Promise<object>): Promise<unknown> => {
    try {
      const { $metadata: _metadata, ...answer } = (await call) as Record<string, unknown>;
      return answer;
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchBucket") throw error;
      return undefined;
    }
  };
  return {
    policy: await part(s3.send(new GetBucketPolicyCommand({ Bucket }))),
    publicAccess: await part(s3.send(new GetPublicAccessBlockCommand({ Bucket }))),
    encryption: await part(s3.send(new GetBucketEncryptionCommand({ Bucket }))),
    lifecycle: await part(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))),
    ownership: await part(s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))),
    versioning: await part(s3.send(new GetBucketVersioningCommand({ Bucket }))),
    objectLock: await part(s3.send(new GetObjectLockConfigurationCommand({ Bucket }))),
  };
}
