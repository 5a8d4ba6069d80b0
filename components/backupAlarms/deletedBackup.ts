import { runsPrefix } from "../../foundation/backupContract";

/**
 * Returns the pattern of S3's event for a permanently deleted version of a backup object. Prune hides backups behind
 * delete markers, and lifecycle expirations have another reason, so no program of ours sends it.
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

/** The topic's message about it. EventBridge inserts each value as JSON, including quotes. */
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
