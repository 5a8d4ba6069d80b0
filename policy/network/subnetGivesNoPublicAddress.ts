import type { ResourceRule } from "../rule";

export const subnetGivesNoPublicAddress: ResourceRule = {
  name: "subnet-gives-no-public-address",
  description: "A subnet assigns no public addresses.",
  severity: "medium",
  controls: ["CKV_AWS_130", "EC2.15"],
  types: ["aws:ec2/subnet:Subnet"],
  problem: ({ mapPublicIpOnLaunch }) =>
    mapPublicIpOnLaunch === true ? "must not give public addresses" : undefined,
};
