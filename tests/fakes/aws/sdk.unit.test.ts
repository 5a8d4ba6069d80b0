import path from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { aws } from "../../../fakes/aws/table";
import { checkoutRoot } from "../../../foundation/checkout";

interface Member {
  readonly name: string;
  readonly optional: boolean;
}

/** Returns the installed SDK's declaration of a type: that of `aws:s3/bucket:Bucket` is in `@pulumi/aws/s3/bucket.d.ts`. */
function declarations(token: string): { inputs: Member[]; outputs: Member[] } {
  const [, module = "", name = ""] = token.split(":");
  const file = path.join(checkoutRoot(), "node_modules/@pulumi/aws", `${module}.d.ts`);
  const source = ts.createSourceFile(file, ts.sys.readFile(file) ?? "", ts.ScriptTarget.Latest, true);
  let inputs: Member[] = [];
  let outputs: Member[] = [];
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === `${name}Args`) {
      inputs = statement.members.filter(ts.isPropertySignature).map(memberOf);
    }
    if (ts.isClassDeclaration(statement) && statement.name?.text === name) {
      outputs = statement.members
        .filter(ts.isPropertyDeclaration)
        .filter(({ modifiers }) => !modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword))
        .map(memberOf);
    }
  }
  return { inputs, outputs };
}

function memberOf(member: ts.PropertySignature | ts.PropertyDeclaration): Member {
  const optional =
    member.questionToken !== undefined || (member.type?.getText() ?? "").includes("| undefined>");
  return { name: member.name.getText(), optional };
}

/**
 * Outputs that the official plugin always has and the stand-in omits, because no component reads them: properties of a bucket
 * that are now separate resources, and outputs for other uses of a type.
 */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  Eip: [
    "carrierIp",
    "customerOwnedIp",
    "instance",
    "ipamPoolId",
    "networkBorderGroup",
    "privateDns",
    "ptrRecord",
    "publicDns",
    "publicIpv4Pool",
  ],
  NatGateway: [
    "autoProvisionZones",
    "autoScalingIps",
    "availabilityMode",
    "regionalNatGatewayAddresses",
    "regionalNatGatewayAutoMode",
    "routeTableId",
    "secondaryAllocationIds",
    "secondaryPrivateIpAddressCount",
    "secondaryPrivateIpAddresses",
  ],
  RouteTable: ["propagatingVgws"],
  Subnet: ["ipv6CidrBlock", "ipv6CidrBlockAssociationId", "privateDnsHostnameTypeOnLaunch"],
  Vpc: [
    "defaultNetworkAclId",
    "defaultRouteTableId",
    "dhcpOptionsId",
    "enableNetworkAddressUsageMetrics",
    "ipv6AssociationId",
    "ipv6CidrBlock",
    "ipv6CidrBlockNetworkBorderGroup",
    "mainRouteTableId",
  ],
  VpcEndpoint: [
    "cidrBlocks",
    "dnsEntries",
    "dnsOptions",
    "ipAddressType",
    "networkInterfaceIds",
    "privateDnsEnabled",
    "requesterManaged",
    "securityGroupIds",
    "serviceRegion",
    "subnetConfigurations",
    "subnetIds",
  ],
  Bucket: [
    "accelerationStatus",
    "acl",
    "bucketNamespace",
    "bucketPrefix",
    "corsRules",
    "grants",
    "lifecycleRules",
    "logging",
    "objectLockConfiguration",
    "policy",
    "replicationConfiguration",
    "requestPayer",
    "serverSideEncryptionConfiguration",
    "versioning",
    "website",
    "websiteDomain",
    "websiteEndpoint",
  ],
  Queue: [
    "deduplicationScope",
    "fifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds",
    "redriveAllowPolicy",
    "redrivePolicy",
  ],
  TaskDefinition: ["enableFaultInjection"],
  Topic: ["beginningArchiveTime", "fifoThroughputScope", "signatureVersion", "tracingConfig"],
};
/** All types have these two inputs, which are not used, because the components set all names. */
const everywhere = ["namePrefix", "tags"];

describe.each(Object.keys(aws.resources))("%s", (token) => {
  const name = token.slice(token.lastIndexOf(":") + 1);
  const resource = aws.resources[token];
  let declared: ReturnType<typeof declarations>;
  beforeAll(() => {
    declared = declarations(token);
  });

  it("has inputs that the SDK has, and requires what it requires", () => {
    const names = declared.inputs.map((member) => member.name);
    const required = Object.entries(resource?.inputs ?? {}).filter(([, property]) => property.required);

    expect(names.length).toBeGreaterThan(0);
    expect(Object.keys(resource?.inputs ?? {}).filter((input) => !names.includes(input))).toEqual([]);
    expect(required.map(([input]) => input)).toEqual(
      expect.arrayContaining(
        declared.inputs.filter(({ optional }) => !optional).map((member) => member.name),
      ),
    );
  });

  it("has outputs that the SDK has, including all that programs require", () => {
    const ours = [...Object.keys(resource?.inputs ?? {}), ...Object.keys(resource?.outputs ?? {})];
    const names = declared.outputs.map((member) => member.name);
    const promised = declared.outputs.filter(({ optional }) => !optional).map((member) => member.name);

    expect(ours.filter((output) => !names.includes(output))).toEqual([]);
    expect(promised.filter((output) => !ours.includes(output) && !everywhere.includes(output))).toEqual(
      leftOut[name] ?? [],
    );
  });
});
