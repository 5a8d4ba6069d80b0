import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { EC2Client } from "@aws-sdk/client-ec2";
import { afterEach, expect, test } from "vitest";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import { declaredInAws, formerOwners } from "../../../../plugins/supabasex/provider/awsWatch/declaredInputs";
import { settingsOfNetwork } from "../../../../plugins/supabasex/provider/awsWatch/network";
import {
  type InterfaceOwners,
  interfacesInNetwork,
} from "../../../../plugins/supabasex/provider/awsWatch/networkInterfaces";
import type { Entries } from "../../../../plugins/supabasex/provider/watch/watched";
import { changesSince } from "../../../../plugins/supabasex/provider/watch/watched";

// moto knows no interfaces that services manage.
let server: Server | undefined;
afterEach(() => server?.close());

async function ec2Answering(answer: (body: string) => string): Promise<Pick<AwsClients, "ec2">> {
  const listening = createServer(async (request, response) => {
    response.end(answer(await text(request)));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const client = new EC2Client({
    ...{ region: "us-east-1", endpoint: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  return { ec2: async () => client };
}

interface Interface {
  readonly description: string;
  readonly type: string;
  readonly groups: readonly string[];
  readonly managed: boolean;
  readonly attachment?: string;
  readonly status?: string;
}

const owners: InterfaceOwners = {
  ...{ account: "123456789012", vpcId: "vpc-1", functions: ["shop-monitoring"] },
  securityGroups: ["default", "shop-backup", "shop-monitoring"],
};

/** Returns what the watch reports of interfaces, in a network with one endpoint. */
async function reported(interfaces: readonly Interface[], of = owners): Promise<Entries> {
  const items = interfaces.map(({ description, type, groups, managed, attachment = "", status }, at) => {
    const names = groups.map((name) => `<item><groupId>sg-1</groupId><groupName>${name}</groupName></item>`);
    return `<item><networkInterfaceId>eni-${at}</networkInterfaceId><description>${description}</description><interfaceType>${type}</interfaceType><requesterManaged>${managed}</requesterManaged><status>${status ?? "in-use"}</status><ownerId>123456789012</ownerId><attachment>${attachment}</attachment><groupSet>${names.join("")}</groupSet></item>`;
  });
  const aws = await ec2Answering((body) =>
    body.includes("DescribeVpcEndpoints")
      ? "<DescribeVpcEndpointsResponse><vpcEndpointSet><item><vpcEndpointId>vpce-0123456789abcdef0</vpcEndpointId></item></vpcEndpointSet></DescribeVpcEndpointsResponse>"
      : `<DescribeNetworkInterfacesResponse><networkInterfaceSet>${items.join("")}</networkInterfaceSet></DescribeNetworkInterfacesResponse>`,
  );
  const found = await interfacesInNetwork(aws, of, new AbortController().signal);
  server?.close();
  return found;
}

const task = {
  description: "arn:aws:ecs:us-east-1:123456789012:attachment/01234567-89ab-cdef-0123-456789abcdef",
  ...{ type: "interface", groups: ["shop-backup"], managed: true },
};
const probe = {
  description: "AWS Lambda VPC ENI-shop-monitoring-01234567-89ab-cdef-0123-456789abcdef",
  ...{ type: "lambda", groups: ["shop-monitoring"], managed: true },
};
const endpoint = { ...task, type: "vpc_endpoint", groups: ["default"] };
const attachedBy = (owner: string) =>
  `<attachmentId>eni-attach-1</attachmentId><instanceOwnerId>${owner}</instanceOwnerId>`;

test.each([
  ["of a task", task],
  [
    "of a task that is attached to an instance of AWS",
    { ...task, managed: false, attachment: attachedBy("210987654321") },
  ],
  [
    "of a task that a service attached",
    { ...task, managed: false, attachment: "<attachmentId>ela-attach-1</attachmentId>" },
  ],
  ["of the probe", probe],
  [
    "of the NAT gateway",
    { ...task, type: "nat_gateway", description: "Interface for NAT Gateway", groups: [] },
  ],
  ["of a listed endpoint", { ...endpoint, description: "VPC Endpoint Interface vpce-0123456789abcdef0" }],
])("the interface %s is not reported", async (_, one) => {
  expect(await reported([one])).toEqual({});
});

test.each([
  ["that only looks like that of a task", { ...task, managed: false }],
  [
    "that looks like that of a task, at an instance of the account",
    { ...task, managed: false, attachment: attachedBy("123456789012") },
  ],
  ["of a task with a foreign group", { ...task, groups: ["shop-backup", "web"] }],
  ["of a task with the default group", { ...task, groups: ["default"] }],
  ["of another function", { ...probe, description: "AWS Lambda VPC ENI-other-0123" }],
  [
    "of an endpoint that is not listed",
    { ...endpoint, description: "VPC Endpoint Interface vpce-0000000000000000a" },
  ],
  [
    "of an endpoint for SSH",
    { ...task, type: "ec2_instance_connect_endpoint", description: "EC2 Instance Connect Endpoint" },
  ],
  ["of a load balancer", { ...task, type: "network_load_balancer", description: "ELB net/x/1" }],
])("an interface %s is reported", async (_, one) => {
  const found = await reported([one]);
  expect(Object.values(found)).toEqual(["1"]);
  expect(changesSince({ a: {} }, { a: found })).toMatchObject([{ severity: "opens" }]);
});

test("interfaces with the same use are one entry, which a replaced one does not change, and another one does", async () => {
  const foreign = { ...task, groups: ["web"] };
  const replaced = { ...foreign, description: foreign.description.replaceAll("0123", "abcd") };
  const before = await reported([foreign, foreign]);

  expect(before).toEqual({
    "network interfaces interface of account 123456789012, arn:aws:ecs:us-east-1:123456789012:attachment/*, security groups web":
      "2",
  });
  const changes = async (interfaces: readonly Interface[]) =>
    changesSince({ a: before }, { a: await reported(interfaces) }).length;
  expect(await changes([replaced, foreign])).toBe(0);
  expect(await changes([replaced])).toBe(0);
  expect(await changes([replaced, foreign, foreign])).toBe(1);
  expect(await changes([replaced, { ...foreign, groups: ["other"] }])).toBe(1);
});

test("only an interface that is not attached and not managed has its id in the report", async () => {
  const manual = { ...task, managed: false, description: "", groups: ["default"] };
  expect(Object.keys(await reported([{ ...manual, status: "available" }]))).toEqual([
    "network interface eni-0",
  ]);
  expect(Object.keys(await reported([manual]))).toEqual([expect.stringMatching(/^network interfaces /)]);
  expect(Object.keys(await reported([{ ...manual, status: "available", managed: true }]))).toEqual([
    expect.stringMatching(/^network interfaces /),
  ]);
});

test("the interface of a function that the stack no longer has is not reported", async () => {
  const declaredWith = (functions: readonly string[], groups: readonly string[], former?: object) =>
    declaredInAws({
      declared: { functions, network: { securityGroups: groups } },
      ...(former && { former }),
    } as never);
  const without = declaredWith([], ["default", "shop-backup"]);
  const disabled = formerOwners(declaredWith(["shop-monitoring"], owners.securityGroups), without);

  expect(disabled).toEqual({ functions: ["shop-monitoring"], securityGroups: ["shop-monitoring"] });
  // Also after another deployment.
  expect(formerOwners(declaredWith([], ["default"], disabled), without)).toEqual(disabled);
  expect(
    formerOwners(declaredWith([], [], disabled), declaredWith(["shop-monitoring"], owners.securityGroups)),
  ).toBeUndefined();
  const groups = ["default", "shop-backup"];
  expect(
    Object.keys(await reported([probe], { ...owners, functions: [], securityGroups: groups })),
  ).toHaveLength(1);
});

test("a network without DHCP options is reported, because it has no DNS server", async () => {
  const settings = async (id: string) => {
    const aws = await ec2Answering((body) =>
      body.includes("DescribeVpcs")
        ? `<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId><dhcpOptionsId>${id}</dhcpOptionsId></item></vpcSet></DescribeVpcsResponse>`
        : "<DescribeResponse></DescribeResponse>",
    );
    const network = { ...{ vpcId: "vpc-1", subnets: [], endpoints: [] }, securityGroups: [], logGroups: [] };
    const found = await settingsOfNetwork(aws as AwsClients, network, new AbortController().signal);
    server?.close();
    return found;
  };

  expect(await settings("default")).toEqual({ "network DHCP options default": "none, so no DNS server" });
  expect(await settings("dopt-1")).toEqual({});
});
