import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup";
import { Eip } from "@pulumi/aws/ec2/eip";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway";
import { NatGateway } from "@pulumi/aws/ec2/natGateway";
import { RouteTable } from "@pulumi/aws/ec2/routeTable";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint";
import { getAvailabilityZonesOutput } from "@pulumi/aws/getAvailabilityZones";
import * as pulumi from "@pulumi/pulumi";
import { quartersOf } from "../../config/aws/vpcBlocks";
import type { AwsAccount } from "../awsAccount";
import { subnetNames } from "../awsNames";
import type { AwsTags } from "../awsTags";
import { Component } from "../component";
import type { TaskNetwork } from "../taskNetwork";
import { endpointPolicy } from "./policies";

export interface BackupNetworkArgs {
  readonly account: AwsAccount;
  /** Prefix of the names in AWS, such as `thorbis-prod`; see `resourcePrefix`. */
  readonly physicalName: string;
  /** Tags of all resources. Each resource of the network also has a `Name`. */
  readonly tags: AwsTags;
  /**
   * Private IPv4 block, from a /16 to a /26: one quarter for the NAT gateway, one for each zone, and one that stays
   * free. A change needs a new network.
   */
  readonly cidrBlock: string;
  /** The two zones of the private subnets. Default: the first two of the region by name. A change needs a new network. */
  readonly availabilityZones?: readonly pulumi.Input<string>[] | undefined;
  /** The bucket to which tasks may write. */
  readonly bucketName: pulumi.Input<string>;
}

const everywhere = "0.0.0.0/0";

/**
 * A network for the tasks and the probe: two private subnets in two zones, whose traffic leaves through one NAT gateway
 * with a fixed address, and reaches S3 through a free endpoint. The gateway is in the first zone. If that zone fails,
 * schedules start their tasks when it is back.
 */
export class BackupNetwork extends Component implements TaskNetwork {
  readonly vpcId: pulumi.Output<string>;
  /** Known when the subnets have their routes. */
  readonly subnetIds: pulumi.Output<string>[];
  /** Including that of the NAT gateway. */
  readonly allSubnetIds: readonly pulumi.Output<string>[];
  readonly s3EndpointId: pulumi.Output<string>;
  /** The public address of the tasks and the probe. */
  readonly natAddress: pulumi.Output<string>;
  readonly isOwn = true;

  constructor(name: string, args: BackupNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BackupNetwork", name, opts);
    const vpc = new Vpc(
      this.childName("vpc"),
      {
        cidrBlock: args.cidrBlock,
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: tagsOf(args, "backup"),
      },
      this.childOptions(),
    );
    this.vpcId = vpc.id;
    new DefaultSecurityGroup(
      this.childName("default-security-group"),
      { vpcId: vpc.id, ingress: [], egress: [], tags: tagsOf(args, "backup-unused") },
      this.childOptions(),
    );
    const [ofGateway, , ...privateBlocks] = quartersOf(args.cidrBlock);
    const zones = zonesOf(args);
    const address = this.createAddress(args);
    const { gateway, subnetId } = this.createNatGateway(args, {
      ...{ vpc, address },
      ...{ cidrBlock: ofGateway, zone: zones[0] },
    });
    this.natAddress = address.publicIp;

    const table = this.createRouteTable("private", args, {
      vpc,
      route: { cidrBlock: everywhere, natGatewayId: gateway.id },
    });
    this.subnetIds = privateBlocks.map((cidrBlock, index) =>
      this.createSubnet(index === 0 ? "private-1" : "private-2", args, {
        vpc,
        table,
        cidrBlock,
        zone: zones[index],
      }),
    );
    this.allSubnetIds = [subnetId, ...this.subnetIds];
    this.s3EndpointId = this.createEndpoint(args, vpc, table).id;
    this.registerOutputs({ vpcId: this.vpcId, natAddress: this.natAddress });
  }

  private createAddress(args: BackupNetworkArgs): Eip {
    return new Eip(
      this.childName("address"),
      { domain: "vpc", tags: tagsOf(args, "backup-nat") },
      this.childOptions(),
    );
  }

  /** Declares the NAT gateway, with everything that makes its subnet public. */
  private createNatGateway(
    args: BackupNetworkArgs,
    place: {
      readonly vpc: Vpc;
      readonly address: Eip;
      readonly cidrBlock: string;
      readonly zone: pulumi.Input<string>;
    },
  ): { readonly gateway: NatGateway; readonly subnetId: pulumi.Output<string> } {
    const { vpc, address } = place;
    const internet = new InternetGateway(
      this.childName("internet-gateway"),
      { vpcId: vpc.id, tags: tagsOf(args, "backup") },
      this.childOptions(),
    );
    const table = this.createRouteTable("public", args, {
      vpc,
      route: { cidrBlock: everywhere, gatewayId: internet.id },
    });
    const subnetId = this.createSubnet("public", args, { ...place, table });
    const gateway = new NatGateway(
      this.childName("nat-gateway"),
      { allocationId: address.id, subnetId, tags: tagsOf(args, "backup") },
      this.childOptions({ dependsOn: internet }),
    );
    return { gateway, subnetId };
  }

  private createRouteTable(
    purpose: string,
    args: BackupNetworkArgs,
    {
      vpc,
      route,
    }: {
      readonly vpc: Vpc;
      readonly route: {
        readonly cidrBlock: string;
        readonly gatewayId?: pulumi.Input<string>;
        readonly natGatewayId?: pulumi.Input<string>;
      };
    },
  ): RouteTable {
    return new RouteTable(
      this.childName(`${purpose}-routes`),
      // All routes are in one resource, so an added one is drift.
      { vpcId: vpc.id, routes: [route], tags: tagsOf(args, `backup-${purpose}`) },
      this.childOptions(),
    );
  }

  /** Returns the id of the new subnet. It resolves once the subnet has its routes. */
  private createSubnet(
    purpose: keyof ReturnType<typeof subnetNames>,
    args: BackupNetworkArgs,
    place: {
      readonly vpc: Vpc;
      readonly table: RouteTable;
      readonly cidrBlock: string;
      readonly zone: pulumi.Input<string> | undefined;
    },
  ): pulumi.Output<string> {
    const subnet = new Subnet(
      this.childName(`${purpose}-subnet`),
      {
        vpcId: place.vpc.id,
        cidrBlock: place.cidrBlock,
        availabilityZone: place.zone,
        mapPublicIpOnLaunch: false,
        tags: { ...args.tags, Name: subnetNames(args.physicalName)[purpose] },
      },
      this.childOptions(),
    );
    const association = new RouteTableAssociation(
      this.childName(`${purpose}-subnet-routes`),
      { subnetId: subnet.id, routeTableId: place.table.id },
      this.childOptions(),
    );
    return pulumi.all([subnet.id, association.id]).apply(([id]) => id);
  }

  private createEndpoint(args: BackupNetworkArgs, vpc: Vpc, table: RouteTable): VpcEndpoint {
    const { region } = args.account;
    return new VpcEndpoint(
      this.childName("s3"),
      {
        vpcId: vpc.id,
        vpcEndpointType: "Gateway",
        serviceName: pulumi.interpolate`com.amazonaws.${region}.s3`,
        routeTableIds: [table.id],
        policy: pulumi
          .all([region, args.bucketName])
          .apply(([region, bucketName]) => JSON.stringify(endpointPolicy({ region }, bucketName))),
        tags: tagsOf(args, "backup-s3"),
      },
      this.childOptions(),
    );
  }
}

/** Returns the tag `Name`, by which the console shows resources of a network. */
function tagsOf({ tags, physicalName }: BackupNetworkArgs, name: string): AwsTags {
  return { ...tags, Name: `${physicalName}-${name}` };
}

/** Returns the configured zones, or the first two zones of the region that every account has. */
function zonesOf({
  availabilityZones,
}: BackupNetworkArgs): readonly [pulumi.Input<string>, pulumi.Input<string>] {
  const [first, second] = availabilityZones ?? [];
  if (first !== undefined && second !== undefined) return [first, second];
  const { names } = getAvailabilityZonesOutput({
    filters: [
      { name: "opt-in-status", values: ["opt-in-not-required"] },
      { name: "zone-type", values: ["availability-zone"] },
    ],
  });
  const at = (index: number) => names.apply((names) => names[index] ?? "");
  return [at(0), at(1)];
}
