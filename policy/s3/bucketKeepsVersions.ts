import type { ResourceRule } from "../rule";
import { property } from "../rule";

export const bucketKeepsVersions: ResourceRule = {
  name: "bucket-keeps-versions",
  description: "Versioning is enabled.",
  severity: "high",
  controls: ["CKV_AWS_21", "S3.14"],
  types: ["aws:s3/bucketVersioning:BucketVersioning"],
  problem: ({ versioningConfiguration }) =>
    property(versioningConfiguration, "status") === "Enabled" ? undefined : "must have the status Enabled",
};
