import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DescribeInternetGatewaysCommand,
  DetachInternetGatewayCommand,
} from "@aws-sdk/client-ec2";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { requiredText } from "../properties";
import { noInternetGateway } from "./missing";
import { type Tagged, tagSpecifications } from "./tagSpecifications";

type InternetGatewayState = Tagged & { vpcId: string; arn: string; ownerId: string; region: string };

/** An internet gateway, attached to its network. */
export const internetGateway = resource<Aws, InternetGatewayState>({
  inputs: { vpcId: requiredText },
  outputs: { arn: {}, ownerId: {}, region: {} },

  async create(aws, state, { signal }) {
    const ec2 = aws.use("ec2");
    const options = { abortSignal: signal };
    const command = new CreateInternetGatewayCommand(tagSpecifications("internet-gateway", state));
    const { InternetGateway } = await ec2.send(command, options);
    const id = present(InternetGateway?.InternetGatewayId, "the id of the new internet gateway");
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId: state.vpcId }), options);
    return { id };
  },

  async read(aws, id, _known, { signal }) {
    const command = new DescribeInternetGatewaysCommand({ InternetGatewayIds: [id] });
    const answer = await unlessMissing(
      aws.use("ec2").send(command, { abortSignal: signal }),
      ...noInternetGateway,
    );
    const found = answer?.InternetGateways?.[0];
    if (found === undefined) return undefined;
    const owner = found.OwnerId ?? (await aws.accountId());
    return {
      id,
      state: {
        vpcId: found.Attachments?.[0]?.VpcId ?? "",
        arn: `arn:aws:ec2:${aws.region}:${owner}:internet-gateway/${id}`,
        ownerId: owner,
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const ec2 = aws.use("ec2");
    const options = { abortSignal: signal };
    if (before.vpcId !== "") {
      await ec2.send(
        new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId: before.vpcId }),
        options,
      );
    }
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId: after.vpcId }), options);
  },

  async delete(aws, id, { vpcId }, { signal }) {
    const ec2 = aws.use("ec2");
    const options = { abortSignal: signal };
    await unlessMissing(
      ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId: vpcId }), options),
      ...noInternetGateway,
      "Gateway.NotAttached",
    );
    await unlessMissing(
      ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: id }), options),
      ...noInternetGateway,
    );
  },
});
