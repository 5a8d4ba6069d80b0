import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSubnetsCommand,
  ModifySubnetAttributeCommand,
} from "@aws-sdk/client-ec2";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, flag } from "../properties";
import { noSubnet } from "./missing";
import { type Tagged, tagSpecifications } from "./tagSpecifications";

type SubnetState = Tagged & {
  vpcId: string;
  cidrBlock: string;
  availabilityZone?: string;
  mapPublicIpOnLaunch: boolean;
  arn: string;
  availabilityZoneId: string;
  ownerId: string;
  region: string;
};

export const subnet = resource<Aws, SubnetState>({
  inputs: {
    vpcId: fixedText,
    cidrBlock: fixedText,
    availabilityZone: { type: "string", computed: true, replaces: true },
    mapPublicIpOnLaunch: flag(false),
  },
  outputs: { arn: {}, availabilityZoneId: {}, ownerId: {}, region: {} },

  async create(aws, state, { signal }) {
    const ec2 = aws.use("ec2");
    const options = { abortSignal: signal };
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId: state.vpcId,
        CidrBlock: state.cidrBlock,
        AvailabilityZone: state.availabilityZone,
        ...tagSpecifications("subnet", state),
      }),
      options,
    );
    const id = present(Subnet?.SubnetId, "the id of the new subnet");
    if (state.mapPublicIpOnLaunch) await ec2.send(mapPublicIp(id, true), options);
    return { id };
  },

  async read(aws, id, _known, { signal }) {
    const command = new DescribeSubnetsCommand({ SubnetIds: [id] });
    const answer = await unlessMissing(aws.use("ec2").send(command, { abortSignal: signal }), ...noSubnet);
    const found = answer?.Subnets?.[0];
    if (found === undefined) return undefined;
    const owner = found.OwnerId ?? (await aws.accountId());
    return {
      id,
      state: {
        vpcId: found.VpcId,
        cidrBlock: found.CidrBlock,
        availabilityZone: found.AvailabilityZone,
        mapPublicIpOnLaunch: found.MapPublicIpOnLaunch ?? false,
        arn: `arn:aws:ec2:${aws.region}:${owner}:subnet/${id}`,
        availabilityZoneId: found.AvailabilityZoneId ?? "",
        ownerId: owner,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { after }, { signal }) {
    await aws.use("ec2").send(mapPublicIp(id, after.mapPublicIpOnLaunch), { abortSignal: signal });
  },

  async delete(aws, id, _state, { signal }) {
    const command = new DeleteSubnetCommand({ SubnetId: id });
    await unlessMissing(aws.use("ec2").send(command, { abortSignal: signal }), ...noSubnet);
  },
});

const mapPublicIp = (SubnetId: string, Value: boolean) =>
  new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value } });
