import type { ResourceRule } from "../rule";

export const bucketNameWithoutDots: ResourceRule = {
  name: "bucket-name-without-dots",
  description: "A bucket's name has no dots, because the certificate does not cover names with dots.",
  severity: "low",
  controls: ["AWS-0320"],
  types: ["aws:s3/bucket:Bucket"],
  problem: ({ bucket }) => (String(bucket ?? "").includes(".") ? "must have a name without dots" : undefined),
};
