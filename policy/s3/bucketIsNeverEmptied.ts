import type { ResourceRule } from "../rule";

export const bucketIsNeverEmptied: ResourceRule = {
  name: "bucket-is-never-emptied",
  description: "Nothing deletes a bucket with the objects in it.",
  severity: "critical",
  controls: [],
  types: ["aws:s3/bucket:Bucket"],
  problem: ({ forceDestroy }) => (forceDestroy === true ? "must not have forceDestroy" : undefined),
};
