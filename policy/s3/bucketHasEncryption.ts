import { eachBucketHas, type StackRule } from "../rule";

export const bucketHasEncryption: StackRule = {
  name: "bucket-has-encryption",
  description: "Every bucket has an encryption setting.",
  severity: "high",
  controls: ["CKV_AWS_19", "S3.4"],
  problems: eachBucketHas(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "an encryption",
  ),
};
