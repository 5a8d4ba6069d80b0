import { runsPrefix } from "../../foundation/backupContract";

/**
 * Matches the event that S3 sends when somebody deletes a version of an object of a backup for good. Prune hides backups behind delete
 * markers, and what the lifecycle of the bucket expires has another reason: no program of ours does this.
 */
export function deletedBackupPattern(bucketName: string): Record<string, unknown> {
  return {
    source: ["aws.s3"],
    "detail-type": ["Object Deleted"],
    detail: {
      bucket: { name: [bucketName] },
      object: { key: [{ prefix: runsPrefix }] },
      reason: ["DeleteObject"],
      "deletion-type": ["Permanently Deleted"],
    },
  };
}

/** What the topic says of it. EventBridge puts each value in as JSON, quotes and all. */
export const deletedBackupMessage = {
  inputPaths: {
    at: "$.time",
    bucket: "$.detail.bucket.name",
    key: "$.detail.object.key",
    version: "$.detail.object.version-id",
    requester: "$.detail.requester",
    address: "$.detail.source-ip-address",
  },
  inputTemplate: `{
  "alarm": "A part of a backup was deleted for good",
  "at": <at>,
  "bucket": <bucket>,
  "key": <key>,
  "version": <version>,
  "requester": <requester>,
  "address": <address>
}`,
} as const;
