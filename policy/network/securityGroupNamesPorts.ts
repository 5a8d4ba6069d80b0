import type { ResourceRule } from "../rule";
import { listOf, property } from "../rule";

export const securityGroupNamesPorts: ResourceRule = {
  name: "security-group-names-ports",
  description: "A security group allows outbound traffic only to named ports.",
  severity: "high",
  controls: ["CKV_AWS_382"],
  types: ["aws:ec2/securityGroup:SecurityGroup"],
  problem: ({ egress }) =>
    listOf(egress).some(
      (rule) =>
        String(property(rule, "protocol")) === "-1" ||
        property(rule, "fromPort") !== property(rule, "toPort"),
    )
      ? "must name the ports of its outbound traffic"
      : undefined,
};
