import { expect, test } from "vitest";
import { type ExistingSubnet, networkIssues, zonesOfNetwork } from "../../../stack/ownership/ownNetwork";

const subnet = (cidrBlock: string, availabilityZone: string): ExistingSubnet => ({
  ...{ vpcBlock: "10.80.0.0/24", cidrBlock, availabilityZone },
});
const [ofGateway, first, second] = [
  subnet("10.80.0.0/26", "us-east-1a"),
  subnet("10.80.0.128/26", "us-east-1a"),
  subnet("10.80.0.192/26", "us-east-1b"),
] as const;
const existing = [second, ofGateway, first];
const cidrBlock = "10.80.0.0/24";
const remedy =
  'or remove backup.network, deploy, and set it again (docs/operations.md, "Change the network of the backups").';

test.each([
  ["a new network", { cidrBlock, availabilityZones: ["us-east-1c", "us-east-1d"] }, []],
  ["one that exists", { cidrBlock }, existing],
  [
    "one that exists, with its zones",
    { cidrBlock, availabilityZones: ["us-east-1a", "us-east-1b"] },
    existing,
  ],
  [
    "one that lacks a subnet",
    { cidrBlock, availabilityZones: ["us-east-1a", "us-east-1f"] },
    [ofGateway, first],
  ],
])("%s has no error", (_, configured, subnets) => {
  expect(networkIssues("prod", configured, subnets)).toEqual([]);
});

test.each(["10.90.0.0/24", "10.80.0.0/25", "10.80.0.0/16"])("another block is refused: %s", (cidrBlock) => {
  expect(
    networkIssues("prod", { cidrBlock, availabilityZones: ["us-east-1c", "us-east-1d"] }, existing),
  ).toEqual([
    `backup.network.cidrBlock is ${cidrBlock}, but the stack's network has 10.80.0.0/24, which cannot change: set it back with \`pulumi config set --stack prod --path 'thorbis-supabase:backup.network.cidrBlock' 10.80.0.0/24\`, ${remedy}`,
  ]);
});

test.each([
  ["the first", ["us-east-1c", "us-east-1b"]],
  ["the second", ["us-east-1a", "us-east-1c"]],
  ["their order", ["us-east-1b", "us-east-1a"]],
])("other zones are refused: %s", (_, zones) => {
  expect(networkIssues("prod", { cidrBlock, availabilityZones: zones }, existing)).toEqual([
    `backup.network.availabilityZones is ${zones.join(", ")}, but the stack's network is in us-east-1a, us-east-1b, which cannot change: set it back with \`pulumi config rm --stack prod --path 'thorbis-supabase:backup.network.availabilityZones'\`, ${remedy}`,
  ]);
});

test("a network keeps its zones, once both private subnets exist", () => {
  expect(zonesOfNetwork(cidrBlock, existing)).toEqual(["us-east-1a", "us-east-1b"]);
  expect(zonesOfNetwork(cidrBlock, [ofGateway, first])).toBeUndefined();
});
