/** Error codes of EC2 for resources that do not exist. */
export const noVpc = ["InvalidVpcID.NotFound", "InvalidVpcId.NotFound"] as const;
export const noSubnet = ["InvalidSubnetID.NotFound", "InvalidSubnetId.NotFound"] as const;
export const noInternetGateway = [
  "InvalidInternetGatewayID.NotFound",
  "InvalidInternetGatewayId.NotFound",
] as const;
export const noAddress = ["InvalidAllocationID.NotFound", "InvalidAddress.NotFound"] as const;
export const noNatGateway = ["NatGatewayNotFound", "InvalidNatGatewayID.NotFound"] as const;
export const noRouteTable = ["InvalidRouteTableID.NotFound", "InvalidRouteTableId.NotFound"] as const;
export const noAssociation = ["InvalidAssociationID.NotFound"] as const;
export const noEndpoint = ["InvalidVpcEndpointId.NotFound"] as const;
export const noFlowLog = ["InvalidFlowLogId.NotFound"] as const;
export const noGroup = ["InvalidGroup.NotFound", "InvalidGroupId.NotFound"] as const;
