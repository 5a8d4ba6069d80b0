import { ofType, type StackRule } from "../rule";

export const networkRecordsConnections: StackRule = {
  name: "network-records-connections",
  description: "A network of the stack has a flow log, and a default security group that the stack closes.",
  severity: "medium",
  controls: ["CKV2_AWS_11", "EC2.6", "AwsSolutions-VPC7"],
  problems: (resources) => {
    const networks = ofType(resources, "aws:ec2/vpc:Vpc");
    const needed = ["aws:ec2/flowLog:FlowLog", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"];
    // Their ids are unknown before the first deployment, but there is one per network.
    const missing = needed.filter((type) => ofType(resources, type).length < networks.length);
    return networks.slice(0, missing.length === 0 ? 0 : undefined).map((resource) => ({
      resource,
      message: "must have a flow log and a closed default security group",
    }));
  },
};
