/** Returns the name of the bucket with the copies: the configured one, or the name of the backup bucket with the region. */
export function replicaBucketName(
  bucketName: string,
  replica: { readonly region: string; readonly bucketName?: string | undefined },
): string {
  return replica.bucketName ?? `${bucketName}-${replica.region}`;
}
