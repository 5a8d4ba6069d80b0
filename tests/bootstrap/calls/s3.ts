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

/** Path of a request to S3 about the account → IAM's action. */
const ofAccount: readonly (readonly [path: RegExp, action: string])[] = [
  [/\/configuration\/publicAccessBlock$/, "s3:GetAccountPublicAccessBlock"],
  [/\/accessgrantsinstance\/grants$/, "s3:ListAccessGrants"],
  [/\/accesspoint$/, "s3:ListAccessPoints"],
  [/\/mrap\/instances$/, "s3:ListMultiRegionAccessPoints"],
];

/** Returns whether a request to S3 is about the account instead of a bucket. */
export const isOfAccount = ({ path }: AwsCall): boolean => path.startsWith("/v20180820/");

export function accountAction({ operation, path }: AwsCall): string {
  const [, action] = ofAccount.find(([pattern]) => pattern.test(path)) ?? [];
  if (operation !== "GET" || action === undefined)
    throw new Error(`no action is known for ${operation} ${path}`);
  return action;
}
