/** Returns the name of the bucket with the record of requests: the one that is configured, or that of the backups with an ending. */
export function accessLogBucketName(backup: {
  readonly bucketName: string;
  readonly accessLogs?: { readonly bucketName?: string | undefined } | undefined;
}): string {
  return backup.accessLogs?.bucketName ?? `${backup.bucketName}-logs`;
}
