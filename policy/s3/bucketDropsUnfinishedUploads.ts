import type { ResourceRule } from "../rule";
import { listOf, property } from "../rule";

export const bucketDropsUnfinishedUploads: ResourceRule = {
  name: "bucket-drops-unfinished-uploads",
  description: "A lifecycle rule aborts unfinished uploads of all objects.",
  severity: "low",
  controls: ["CKV_AWS_300"],
  types: ["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"],
  problem: ({ rules }) =>
    listOf(rules).some((rule) => {
      const days = property(property(rule, "abortIncompleteMultipartUpload"), "daysAfterInitiation");
      const prefix = property(property(rule, "filter"), "prefix") ?? "";
      return property(rule, "status") === "Enabled" && typeof days === "number" && days <= 7 && prefix === "";
    })
      ? undefined
      : "must abort unfinished uploads of all objects within 7 days",
};
