import type { ResourceRule } from "../rule";

export const subnetGivesNoPublicAddress: ResourceRule = {
  name: "subnet-gives-no-public-address",
  description: "Nothing gets a public address because of the subnet that it is in.",
  severity: "medium",
  controls: ["CKV_AWS_130", "EC2.15"],
  types: ["aws:ec2/subnet:Subnet"],
  problem: ({ mapPublicIpOnLaunch }) =>
    mapPublicIpOnLaunch === true ? "must not give public addresses" : undefined,
};
