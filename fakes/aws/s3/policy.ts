import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { policy } from "../properties";
import { bucketPart } from "./bucketPart";

export const bucketPolicy = bucketPart<{ policy: string }>({
  inputs: { policy: { ...policy, required: true } },
  missing: ["NoSuchBucketPolicy"],
  async put(s3, bucket, state, options) {
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: state.policy }), options);
  },
  async get(s3, bucket, options) {
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }), options);
    return Policy ? { policy: Policy } : undefined;
  },
  async remove(s3, bucket, options) {
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }), options);
  },
});
