import type { ResourceRule } from "../rule";

export const bucketNameWithoutDots: ResourceRule = {
  name: "bucket-name-without-dots",
  description: "A bucket has no dots in its name, which its certificate does not cover.",
  severity: "low",
  controls: ["AWS-0320"],
  types: ["aws:s3/bucket:Bucket"],
  problem: ({ bucket }) => (String(bucket ?? "").includes(".") ? "must have a name without dots" : undefined),
};
