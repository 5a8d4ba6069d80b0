import { getSubnetsOutput } from "@pulumi/aws/ec2/getSubnets";
import { getVpcOutput } from "@pulumi/aws/ec2/getVpc";
import type * as pulumi from "@pulumi/pulumi";

/** The network of a Fargate task. */
export interface TaskNetwork {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** The endpoint through which the subnets reach S3, if it is known. */
  readonly s3EndpointId?: pulumi.Input<string> | undefined;
  /**
   * Whether it is the stack's own network. It only has IPv4, and the VPC's resolver, which no security group filters.
   * Default false.
   */
  readonly isOwn?: boolean;
}

/** Returns the configured network. Omitted parts come from the account's default VPC. */
export function taskNetwork(configured: {
  readonly vpcId?: string | undefined;
  readonly subnetIds: readonly string[];
}): TaskNetwork {
  const vpcId = configured.vpcId ?? getVpcOutput({ default: true }).id;
  const subnetIds =
    configured.subnetIds.length > 0
      ? [...configured.subnetIds]
      : getSubnetsOutput({ filters: [{ name: "vpc-id", values: [vpcId] }] }).ids;
  return { vpcId, subnetIds };
}
