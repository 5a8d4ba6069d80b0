/** Returns the name of the access log bucket: the configured one, or the name of the backup bucket with a suffix. */
export function accessLogBucketName(backup: {
  readonly bucketName: string;
  readonly accessLogs?: { readonly bucketName?: string | undefined } | undefined;
}): string {
  return backup.accessLogs?.bucketName ?? `${backup.bucketName}-logs`;
}
