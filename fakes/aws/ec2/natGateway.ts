import {
  CreateNatGatewayCommand,
  DeleteNatGatewayCommand,
  DescribeNatGatewaysCommand,
  DisassociateAddressCommand,
} from "@aws-sdk/client-ec2";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText } from "../properties";
import { noAssociation, noNatGateway } from "./missing";
import { type Tagged, tagSpecifications } from "./tagSpecifications";

type NatGatewayState = Tagged & {
  allocationId: string;
  subnetId: string;
  connectivityType: string;
  associationId: string;
  networkInterfaceId: string;
  privateIp: string;
  publicIp: string;
  region: string;
  vpcId: string;
};

/** A gateway through which private subnets reach the internet, with one public address. */
export const natGateway = resource<Aws, NatGatewayState>({
  inputs: {
    allocationId: fixedText,
    subnetId: fixedText,
    connectivityType: { type: "string", default: "public", replaces: true },
  },
  outputs: { associationId: {}, networkInterfaceId: {}, privateIp: {}, publicIp: {}, region: {}, vpcId: {} },

  async create(aws, state, { signal }) {
    const command = new CreateNatGatewayCommand({
      AllocationId: state.allocationId,
      SubnetId: state.subnetId,
      ...tagSpecifications("natgateway", state),
    });
    const { NatGateway } = await aws.use("ec2").send(command, { abortSignal: signal });
    return { id: present(NatGateway?.NatGatewayId, "the id of the new NAT gateway") };
  },

  async read(aws, id, _known, { signal }) {
    const command = new DescribeNatGatewaysCommand({ NatGatewayIds: [id] });
    const answer = await unlessMissing(
      aws.use("ec2").send(command, { abortSignal: signal }),
      ...noNatGateway,
    );
    const found = answer?.NatGateways?.[0];
    // EC2 describes a deleted gateway for an hour.
    if (found === undefined || found.State === "deleted" || found.State === "deleting") return undefined;
    const [address] = found.NatGatewayAddresses ?? [];
    return {
      id,
      state: {
        allocationId: address?.AllocationId ?? "",
        subnetId: found.SubnetId ?? "",
        connectivityType: found.ConnectivityType ?? "public",
        associationId: address?.AssociationId ?? "",
        networkInterfaceId: address?.NetworkInterfaceId ?? "",
        privateIp: address?.PrivateIp ?? "",
        publicIp: address?.PublicIp ?? "",
        region: aws.region,
        vpcId: found.VpcId ?? "",
      },
    };
  },

  async delete(aws, id, { associationId }, { signal }) {
    const ec2 = aws.use("ec2");
    const options = { abortSignal: signal };
    const command = new DeleteNatGatewayCommand({ NatGatewayId: id });
    await unlessMissing(ec2.send(command, options), ...noNatGateway);
    // AWS disassociates the address; moto does not.
    await unlessMissing(
      ec2.send(new DisassociateAddressCommand({ AssociationId: associationId }), options),
      ...noAssociation,
    );
  },
});
