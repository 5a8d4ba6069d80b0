import { ofType, property, type StackRule } from "../rule";

export const bucketRecordsRequests: StackRule = {
  name: "bucket-records-requests",
  description:
    "In production every bucket records the requests to it, except the bucket with access logs and the one with copies in a second region.",
  severity: "medium",
  controls: ["CKV_AWS_18", "S3.9", "AwsSolutions-S1"],
  onlyInProduction: true,
  problems: (resources) => {
    const logging = ofType(resources, "aws:s3/bucketLogging:BucketLogging").map(
      ({ properties }) => properties,
    );
    const copies = ofType(resources, "aws:s3/bucket:Bucket").filter(
      ({ properties }) => property(properties.tags, "thorbis:purpose") === "replica",
    );
    const covered = logging.flatMap(({ bucket, targetBucket }) => [bucket, targetBucket]);
    return ofType(resources, "aws:s3/bucket:Bucket")
      .filter((resource) => !copies.includes(resource))
      .filter(({ properties }) => !covered.includes(properties.bucket))
      .map((resource) => ({ resource, message: "must record the requests to it" }));
  },
};
