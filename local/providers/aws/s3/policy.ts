import { policy } from "../properties";
import { bucketPart } from "./bucketPart";

export const bucketPolicy = bucketPart<{ policy: string }>({
  inputs: { policy: { ...policy, required: true } },
  missing: ["NoSuchBucketPolicy"],
  async put(s3, bucket, state, options) {
    await s3.putBucketPolicy({ Bucket: bucket, Policy: state.policy }, options);
  },
  async get(s3, bucket, options) {
    const { Policy } = await s3.getBucketPolicy({ Bucket: bucket }, options);
    return Policy ? { policy: Policy } : undefined;
  },
  async remove(s3, bucket, options) {
    await s3.deleteBucketPolicy({ Bucket: bucket }, options);
  },
});
