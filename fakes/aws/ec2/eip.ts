import {
  AllocateAddressCommand,
  DescribeAddressesCommand,
  type DescribeAddressesCommandOutput,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { noAddress } from "./missing";
import { type Tagged, tagSpecifications } from "./tagSpecifications";

type EipState = Tagged & {
  domain: string;
  allocationId: string;
  arn: string;
  associationId: string;
  networkInterface: string;
  privateIp: string;
  publicIp: string;
  region: string;
};

/** A fixed public address. Its id is that of its allocation. */
export const eip = resource<Aws, EipState>({
  inputs: { domain: { type: "string", default: "vpc", replaces: true } },
  outputs: {
    allocationId: {},
    arn: {},
    associationId: { volatile: true },
    networkInterface: { volatile: true },
    privateIp: { volatile: true },
    publicIp: {},
    region: {},
  },

  async create(aws, state, { signal }) {
    const command = new AllocateAddressCommand({ Domain: "vpc", ...tagSpecifications("elastic-ip", state) });
    const { AllocationId } = await aws.use("ec2").send(command, { abortSignal: signal });
    return { id: present(AllocationId, "the id of the new address") };
  },

  async read(aws, id, _known, { signal }) {
    const command = new DescribeAddressesCommand({ AllocationIds: [id] });
    const answer: DescribeAddressesCommandOutput | undefined = await unlessMissing(
      aws.use("ec2").send(command, { abortSignal: signal }),
      ...noAddress,
    );
    const found = answer?.Addresses?.[0];
    if (found === undefined) return undefined;
    return {
      id,
      state: {
        domain: found.Domain ?? "vpc",
        allocationId: id,
        arn: `arn:aws:ec2:${aws.region}:${await aws.accountId()}:elastic-ip/${id}`,
        associationId: found.AssociationId ?? "",
        networkInterface: found.NetworkInterfaceId ?? "",
        privateIp: found.PrivateIpAddress ?? "",
        publicIp: found.PublicIp ?? "",
        region: aws.region,
      },
    };
  },

  async delete(aws, id, _state, { signal }) {
    const command = new ReleaseAddressCommand({ AllocationId: id });
    await unlessMissing(aws.use("ec2").send(command, { abortSignal: signal }), ...noAddress);
  },
});
