import {
  AssociateRouteTableCommand,
  DescribeRouteTablesCommand,
  DisassociateRouteTableCommand,
  ReplaceRouteTableAssociationCommand,
} from "@aws-sdk/client-ec2";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { present, unlessMissing } from "../errors";
import { fixedText, requiredText } from "../properties";
import { noAssociation, noRouteTable } from "./missing";

type AssociationState = { routeTableId: string; subnetId: string; region: string };

/** The association of a subnet with a route table. It is imported as `<subnet>/<route table>`. */
export const routeTableAssociation = resource<Aws, AssociationState>({
  inputs: { routeTableId: requiredText, subnetId: fixedText },
  outputs: { region: {} },

  async create(aws, { routeTableId, subnetId }, { signal }) {
    const command = new AssociateRouteTableCommand({ RouteTableId: routeTableId, SubnetId: subnetId });
    const { AssociationId } = await aws.use("ec2").send(command, { abortSignal: signal });
    return { id: present(AssociationId, "the id of the new association") };
  },

  async read(aws, id, _known, { signal }) {
    const [subnetId] = id.includes("/") ? id.split("/") : [];
    const Filters =
      subnetId === undefined
        ? [{ Name: "association.route-table-association-id", Values: [id] }]
        : [{ Name: "association.subnet-id", Values: [subnetId] }];
    const { RouteTables = [] } = await aws
      .use("ec2")
      .send(new DescribeRouteTablesCommand({ Filters }), { abortSignal: signal });
    const found = RouteTables.flatMap(({ Associations = [] }) => Associations).find(
      (association) => association.RouteTableAssociationId === id || association.SubnetId === subnetId,
    );
    if (found?.RouteTableAssociationId === undefined) return undefined;
    return {
      id: found.RouteTableAssociationId,
      state: { routeTableId: found.RouteTableId, subnetId: found.SubnetId, region: aws.region },
    };
  },

  async update(aws, id, { after }, { signal }) {
    const command = new ReplaceRouteTableAssociationCommand({
      AssociationId: id,
      RouteTableId: after.routeTableId,
    });
    await aws.use("ec2").send(command, { abortSignal: signal });
  },

  async delete(aws, id, _state, { signal }) {
    const command = new DisassociateRouteTableCommand({ AssociationId: id });
    await unlessMissing(
      aws.use("ec2").send(command, { abortSignal: signal }),
      ...noAssociation,
      ...noRouteTable,
    );
  },
});
