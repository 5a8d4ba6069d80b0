import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import type * as pulumi from "@pulumi/pulumi";

/** The AWS account and region of a stack. */
export interface AwsAccount {
  readonly accountId: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
}

/** Returns the account and region of the default provider. */
export function currentAwsAccount(): AwsAccount {
  return { accountId: getCallerIdentityOutput().accountId, region: getRegionOutput().region };
}
