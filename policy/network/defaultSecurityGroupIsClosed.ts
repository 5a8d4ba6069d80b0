import type { ResourceRule } from "../rule";
import { listOf } from "../rule";

export const defaultSecurityGroupIsClosed: ResourceRule = {
  name: "default-security-group-is-closed",
  description: "The default security group of a network allows no traffic.",
  severity: "high",
  controls: ["CKV2_AWS_12", "EC2.2"],
  types: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"],
  problem: ({ ingress, egress }) =>
    listOf(ingress).length + listOf(egress).length > 0 ? "must have no rules" : undefined,
};
