import { exceptForAccessLogs, ofType, property, type StackRule } from "../rule";

/** Returns whether an event rule of the stack is about permanently deleted objects of a bucket. */
function isAboutDeletionsIn(bucket: unknown, eventPattern: unknown): boolean {
  // A pattern that is not known yet is no violation: the up that follows judges it.
  if (typeof eventPattern !== "string") return true;
  const { detail, "detail-type": kinds } = JSON.parse(eventPattern) as Record<string, unknown>;
  const names = property(property(detail, "bucket"), "name");
  return (
    Array.isArray(kinds) && kinds.includes("Object Deleted") && Array.isArray(names) && names.includes(bucket)
  );
}

export const bucketReportsDeletions: StackRule = {
  name: "bucket-reports-deletions",
  description:
    "In production a rule reports permanently deleted objects of every bucket except the one with access logs.",
  severity: "medium",
  controls: ["CKV2_AWS_62", "S3.11"],
  onlyInProduction: true,
  problems: exceptForAccessLogs((resources) => {
    const sending = ofType(resources, "aws:s3/bucketNotification:BucketNotification")
      .filter(({ properties }) => properties.eventbridge === true)
      .map(({ properties }) => properties.bucket);
    const rules = ofType(resources, "aws:cloudwatch/eventRule:EventRule");
    return ofType(resources, "aws:s3/bucket:Bucket")
      .filter(
        ({ properties: { bucket } }) =>
          !sending.includes(bucket) ||
          !rules.some(({ properties }) => isAboutDeletionsIn(bucket, properties.eventPattern)),
      )
      .map((resource) => ({ resource, message: "must report deletions of its objects" }));
  }),
};
