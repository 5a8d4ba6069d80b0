/** Returns the id of the account in an ARN; undefined if the text is no ARN, or has none. */
export function accountInArn(arn: string): string | undefined {
  return /^arn:[^:]+:[^:]+:[^:]*:(\d{12}):/.exec(arn)?.[1];
}
