/**
 * The part of the clients of networks that AwsWatch uses. It is separate because EC2's is larger than all others together, and only a stack
 * with its own network needs it.
 */
export {
  DescribeDhcpOptionsCommand,
  DescribeFlowLogsCommand,
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  DescribeVpnGatewaysCommand,
  EC2Client,
  paginateDescribeNetworkInterfaces,
} from "@aws-sdk/client-ec2";
export { InvalidInput, ListHostedZonesByVPCCommand, Route53Client } from "@aws-sdk/client-route-53";
