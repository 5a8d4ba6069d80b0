import { getSubnetsOutput } from "@pulumi/aws/ec2/getSubnets";
import { getVpcOutput } from "@pulumi/aws/ec2/getVpc";
import type * as pulumi from "@pulumi/pulumi";

/** Where a Fargate task gets its address. */
export interface TaskNetwork {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
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
