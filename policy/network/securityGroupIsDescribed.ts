import { hasText } from "../documents";
import type { ResourceRule } from "../rule";
import { listOf, property } from "../rule";

export const securityGroupIsDescribed: ResourceRule = {
  name: "security-group-is-described",
  description: "A security group and each of its rules have a description.",
  severity: "low",
  controls: ["CKV_AWS_23"],
  types: ["aws:ec2/securityGroup:SecurityGroup"],
  problem: (group) =>
    hasText(group, "description") &&
    [...listOf(group.ingress), ...listOf(group.egress)].every((rule) => property(rule, "description"))
      ? undefined
      : "must have a description, and so must each rule",
};
