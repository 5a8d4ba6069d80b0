import type { ListAccessGrantEntry } from "@aws-sdk/client-s3-control";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { sharedAnswer } from "./sharedAnswers";

type Aws = Pick<AwsClients, "s3Control">;

/** With 1,000 grants each. An account may grant each of its users a folder. */
const maxPages = 10;

/**
 * Returns the grants of S3 Access Grants for a bucket, of which the stack has none; undefined if the account has too many. The grantee may
 * be in another account or in a company's directory, and gets temporary credentials for the bucket, regardless of the bucket's policy.
 */
export async function accessGrantsOnBucket(
  aws: Aws,
  { Bucket, AccountId }: { readonly Bucket: string; readonly AccountId: string },
  signal: AbortSignal,
): Promise<Entries | undefined> {
  const found = await sharedAnswer(aws, "access grants", () => grantsOfAccount(aws, AccountId, signal));
  if (found === undefined) return undefined;
  return Object.fromEntries(
    found
      .filter(({ GrantScope = "" }) => includesBucket(GrantScope, Bucket))
      .map(({ AccessGrantId, GrantScope, Grantee, Permission }) => [
        `access grant ${Bucket} ${AccessGrantId}`,
        `${Permission} ${GrantScope} to ${Grantee?.GranteeType} ${Grantee?.GranteeIdentifier}`,
      ]),
  );
}

/** A sentence about the grants that are not compared because the account has too many. */
export const tooManyGrants = `The account has more than ${maxPages * 1000} grants of S3 Access Grants, so those on the buckets are not compared.`;

/** Returns whether a scope, such as `s3://shop-backups/daily/*`, contains objects of a bucket. */
export function includesBucket(scope: string, bucket: string): boolean {
  const [, path = "", wildcard = ""] = /^s3:\/\/(.*?)(\*?)$/.exec(scope) ?? [];
  if (path === bucket || path.startsWith(`${bucket}/`)) return true;
  return wildcard === "*" && `${bucket}/`.startsWith(path);
}

async function grantsOfAccount(
  { s3Control }: Aws,
  AccountId: string,
  signal: AbortSignal,
): Promise<ListAccessGrantEntry[] | undefined> {
  const { paginateListAccessGrants, S3ControlServiceException } = await import("./sdk");
  const found: ListAccessGrantEntry[] = [];
  let pages = 0;
  try {
    for await (const page of paginateListAccessGrants({ client: s3Control, pageSize: 1000 }, { AccountId })) {
      signal.throwIfAborted();
      found.push(...(page.AccessGrantsList ?? []));
      pages++;
      if (pages === maxPages && page.NextToken) return undefined;
    }
  } catch (error) {
    // The account does not use S3 Access Grants in this region.
    const isUnused =
      error instanceof S3ControlServiceException &&
      (error.name === "AccessGrantsInstanceNotExistsError" || error.$metadata.httpStatusCode === 404);
    if (!isUnused) throw error;
  }
  return found;
}
