import { partitionOf } from "./partition";

/** Returns the id of the account in an ARN; undefined if the text is no ARN, or has none. */
export function accountInArn(arn: string): string | undefined {
  return /^arn:[^:]+:[^:]+:[^:]*:(\d{12}):/.exec(arn)?.[1];
}

/** Returns the ARN of a resource of a region and account. */
export function arnIn(
  { region, account }: { readonly region: string; readonly account: string },
  service: string,
  resource: string,
): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
}
