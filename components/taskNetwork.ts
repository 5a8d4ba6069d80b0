import { getSubnetsOutput } from "@pulumi/aws/ec2/getSubnets";
import { getVpcOutput } from "@pulumi/aws/ec2/getVpc";
import type * as pulumi from "@pulumi/pulumi";

/** Where a Fargate task gets its address. */
export interface TaskNetwork {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** The endpoint by which the subnets reach S3, where it is known. */
  readonly s3EndpointId?: pulumi.Input<string> | undefined;
  /** The stack's own: it has IPv4 alone, and the VPC's resolver, which no security group filters. Default false. */
  readonly isOwn?: boolean;
}

/** The network that is configured; what is left out, the account's default VPC has. */
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
