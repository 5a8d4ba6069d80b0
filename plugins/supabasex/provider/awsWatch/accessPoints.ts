import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { allItems } from "./pages";

/** The settings of S3's Block Public Access. */
const blocks = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] as const;

/**
 * Returns the access points of a bucket, of which the stack has none. Each has its own address and policy. An access point for Object
 * Lambda needs one of them. Access points of other accounts are not listed; they grant only what the policy of the bucket grants, which a
 * refresh compares.
 */
export async function accessPointsOfBucket(
  { s3Control }: Pick<AwsClients, "s3Control">,
  { Bucket, AccountId }: { readonly Bucket: string; readonly AccountId: string },
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateListAccessPoints } = await import("./sdk");
  const pages = paginateListAccessPoints({ client: s3Control }, { AccountId, Bucket });
  const found = await allItems(pages, signal, ({ AccessPointList }) => AccessPointList);
  return Object.fromEntries(
    found.map(({ Name, NetworkOrigin, VpcConfiguration }) => {
      const from = NetworkOrigin === "VPC" ? String(VpcConfiguration?.VpcId) : "the internet";
      return [`access point ${Bucket} ${Name}`, `reachable from ${from}`];
    }),
  );
}

/** Returns the account's multi-region access points that include one of the buckets. */
export async function multiRegionAccessPoints(
  { multiRegionS3Control }: Pick<AwsClients, "multiRegionS3Control">,
  { buckets, AccountId }: { readonly buckets: readonly string[]; readonly AccountId: string },
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateListMultiRegionAccessPoints } = await import("./sdk");
  const pages = paginateListMultiRegionAccessPoints({ client: multiRegionS3Control }, { AccountId });
  const found = await allItems(pages, signal, ({ AccessPoints }) => AccessPoints);
  return Object.fromEntries(
    found.flatMap(({ Name, Regions = [], Status }) => {
      const included = Regions.flatMap(({ Bucket = "" }) => (buckets.includes(Bucket) ? [Bucket] : []));
      if (included.length === 0 || Status === "DELETING") return [];
      return [[`multi-region access point ${Name}`, `includes ${included.sort().join(", ")}`]];
    }),
  );
}

/** Returns what the account blocks in all of its buckets, beside the setting of each bucket. */
export async function publicAccessBlockOfAccount(
  { s3Control }: Pick<AwsClients, "s3Control">,
  AccountId: string,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const { GetPublicAccessBlockCommand } = await import("./sdk");
  const { PublicAccessBlockConfiguration: found = {} } = await s3Control.send(
    new GetPublicAccessBlockCommand({ AccountId }),
    { abortSignal },
  );
  const on = blocks.filter((name) => found[name] === true);
  return on.length === 0 ? {} : { "account public access block": on.join(", ") };
}
