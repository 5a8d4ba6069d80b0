import type { ResourceRule } from "../rule";
import { listOf } from "../rule";

export const securityGroupLetsNothingIn: ResourceRule = {
  name: "security-group-lets-nothing-in",
  description: "A security group allows no inbound traffic.",
  severity: "critical",
  controls: ["CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_260", "EC2.13", "EC2.18", "EC2.19"],
  types: ["aws:ec2/securityGroup:SecurityGroup"],
  problem: ({ ingress }) => (listOf(ingress).length > 0 ? "must allow no inbound traffic" : undefined),
};
