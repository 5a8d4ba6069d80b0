import type { AwsCall } from "./wire";

/** Sub-resource of a bucket → the noun in the names of IAM's actions. */
const nouns: Readonly<Record<string, string>> = {
  accelerate: "AccelerateConfiguration",
  acl: "BucketAcl",
  analytics: "AnalyticsConfiguration",
  cors: "BucketCORS",
  encryption: "EncryptionConfiguration",
  inventory: "InventoryConfiguration",
  lifecycle: "LifecycleConfiguration",
  logging: "BucketLogging",
  notification: "BucketNotification",
  "object-lock": "BucketObjectLockConfiguration",
  ownershipControls: "BucketOwnershipControls",
  policy: "BucketPolicy",
  publicAccessBlock: "BucketPublicAccessBlock",
  replication: "ReplicationConfiguration",
  tagging: "BucketTagging",
  versioning: "BucketVersioning",
  website: "BucketWebsite",
};

/** Requests for the bucket itself. */
const ofBucket: Readonly<Record<string, string>> = {
  HEAD: "ListBucket",
  GET: "ListBucket",
  PUT: "CreateBucket",
  DELETE: "DeleteBucket",
};

/** Returns IAM's action for a request to S3. Deleting a setting requires the permission to put it, except for a bucket's policy. */
export function s3Action({ operation, query }: AwsCall): string {
  const names = [...query.keys()].filter((name) => name !== "x-id");
  const subresource = names.find((name) => name in nouns);
  if (subresource === undefined) {
    if (names.length > 0) throw new Error(`no action is known for ${operation} ?${names.join("&")}`);
    return `s3:${ofBucket[operation]}`;
  }
  const verb =
    operation === "GET" ? "Get" : operation === "DELETE" && subresource === "policy" ? "Delete" : "Put";
  return `s3:${verb}${nouns[subresource]}`;
}
