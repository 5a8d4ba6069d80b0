import type { ResourceRule } from "../rule";

export const bucketIsNeverEmptied: ResourceRule = {
  name: "bucket-is-never-emptied",
  description: "No deployment deletes a bucket together with its objects.",
  severity: "critical",
  controls: [],
  types: ["aws:s3/bucket:Bucket"],
  problem: ({ forceDestroy }) => (forceDestroy === true ? "must not have forceDestroy" : undefined),
};
