import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import type * as pulumi from "@pulumi/pulumi";

/** Where in AWS a stack lives. */
export interface AwsAccount {
  readonly accountId: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
}

/** The account and region of the default provider. */
export function currentAwsAccount(): AwsAccount {
  return { accountId: getCallerIdentityOutput().accountId, region: getRegionOutput().region };
}

/** The partition of a region, which every ARN begins with: `aws`, `aws-cn` or `aws-us-gov`. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
