import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { UserError } from "../../../foundation/userError";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { AwsError, unlessMissing } from "../errors";
import { fixedText, flag } from "../properties";

type BucketState = {
  bucket: string;
  forceDestroy: boolean;
  objectLockEnabled?: boolean;
  arn: string;
  bucketDomainName: string;
  bucketRegionalDomainName: string;
  bucketRegion: string;
  hostedZoneId: string;
  region: string;
};

/** Route 53's zone of S3 website names, which AWS documents per region. The local stack only uses this one. */
const hostedZoneIds: Readonly<Record<string, string>> = { "us-east-1": "Z3AQBSTGFYJSTF" };

export const bucket = resource<Aws, BucketState>({
  autoname: { maxLength: 63, property: "bucket" },
  inputs: {
    bucket: fixedText,
    forceDestroy: flag(false),
    objectLockEnabled: { type: "boolean", computed: true, replaces: true },
  },
  outputs: {
    arn: {},
    bucketDomainName: {},
    bucketRegionalDomainName: {},
    bucketRegion: {},
    hostedZoneId: {},
    region: {},
  },

  async create(aws, state, { signal }) {
    const s3 = aws.use("s3");
    await s3.send(
      new CreateBucketCommand({
        Bucket: state.bucket,
        ...(state.objectLockEnabled === true && { ObjectLockEnabledForBucket: true }),
        ...(aws.region !== "us-east-1" && {
          CreateBucketConfiguration: { LocationConstraint: aws.region as "eu-west-1" },
        }),
      }),
      { abortSignal: signal },
    );
    return { id: state.bucket };
  },

  async read(aws, id, known, { signal }) {
    const name = known.bucket ?? id;
    const s3 = aws.use("s3");
    const found = await unlessMissing(
      s3.send(new HeadBucketCommand({ Bucket: name }), { abortSignal: signal }),
      "NotFound",
      "NoSuchBucket",
    );
    if (found === undefined) return undefined;
    const lock = await unlessMissing(
      s3.send(new GetObjectLockConfigurationCommand({ Bucket: name }), { abortSignal: signal }),
      "ObjectLockConfigurationNotFoundError",
    );
    const state = {
      bucket: name,
      objectLockEnabled: lock?.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled",
      arn: `arn:aws:s3:::${name}`,
      bucketDomainName: `${name}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${name}.s3.${aws.region}.amazonaws.com`,
      bucketRegion: aws.region,
      hostedZoneId: hostedZoneIds[aws.region] ?? "",
      region: aws.region,
    };
    return { id: name, state };
  },

  // forceDestroy does not exist in the service.
  async update() {},

  async delete(aws, id, { forceDestroy }, { signal }) {
    const s3 = aws.use("s3");
    if (forceDestroy) await empty(s3, id, signal);
    try {
      await unlessMissing(
        s3.send(new DeleteBucketCommand({ Bucket: id }), { abortSignal: signal }),
        "NoSuchBucket",
      );
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "BucketNotEmpty") throw error;
      throw new UserError(`The bucket ${id} is not empty, and forceDestroy is off: it was not deleted.`);
    }
  },
});

async function empty(s3: S3Client, name: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const page = await unlessMissing(
      s3.send(new ListObjectVersionsCommand({ Bucket: name }), { abortSignal: signal }),
      "NoSuchBucket",
    );
    const objects = [...(page?.Versions ?? []), ...(page?.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    if (objects.length === 0) return;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: name, Delete: { Objects: objects } }),
      { abortSignal: signal },
    );
    const [first] = Errors;
    if (first !== undefined)
      throw new UserError(`${first.Key} in ${name} cannot be deleted: ${first.Message}`);
  }
}
