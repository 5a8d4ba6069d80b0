import { property, type ResourceRule } from "../rule";

const required = ["Project", "Environment", "Owner", "DataClass", "thorbis:stack"] as const;

export const resourceIsTagged: ResourceRule = {
  name: "resource-is-tagged",
  description: "Every resource that can carry tags names its owner.",
  severity: "medium",
  controls: [],
  types: [
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
    "aws:iam/role:Role",
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:ecs/cluster:Cluster",
    "aws:sqs/queue:Queue",
    "aws:sns/topic:Topic",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:secretsmanager/secret:Secret",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/eip:Eip",
    "aws:ec2/flowLog:FlowLog",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:scheduler/scheduleGroup:ScheduleGroup",
    "aws:lambda/function:Function",
  ],
  problem: ({ tags }) => {
    const missing = required.filter((name) => !property(tags, name));
    return missing.length === 0 ? undefined : `must have the tags ${missing.join(", ")}`;
  },
};
