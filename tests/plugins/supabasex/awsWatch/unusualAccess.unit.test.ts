import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { afterEach, expect, test } from "vitest";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import type { DeclaredInAws } from "../../../../plugins/supabasex/provider/awsWatch/declared";
import { readAwsSource } from "../../../../plugins/supabasex/provider/awsWatch/sources";

// What moto cannot simulate: interfaces that services manage, tasks with overrides, and thousands of schedules.
let server: Server | undefined;
afterEach(() => server?.close());

/** Returns the options of a client whose service returns a response to the body and the address of each request. */
async function answering(answer: (body: string, url: URL) => string) {
  const listening = createServer(async (request, response) => {
    response.end(answer(await text(request), new URL(request.url ?? "", "http://aws")));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return {
    ...{ region: "us-east-1", endpoint: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
}

const sentences: string[] = [];
const read = async (name: string, aws: Partial<AwsClients>, declared: Partial<DeclaredInAws>) =>
  await readAwsSource(name, {
    ...{ aws: aws as AwsClients, declared: declared as DeclaredInAws },
    ...{ signal: new AbortController().signal, notice: (sentence) => sentences.push(sentence) },
  });

interface Interface {
  readonly description: string;
  readonly type: string;
  readonly groups: readonly string[];
  readonly managed: boolean;
}

/** Returns the ids of the interfaces that the watch reports. */
async function reportedInterface({ description, type, groups, managed }: Interface): Promise<boolean> {
  const items = groups.map((name) => `<item><groupId>sg-1</groupId><groupName>${name}</groupName></item>`);
  const found = `<item><networkInterfaceId>eni-1</networkInterfaceId><description>${description}</description><interfaceType>${type}</interfaceType><requesterManaged>${managed}</requesterManaged><ownerId>123456789012</ownerId><groupSet>${items.join("")}</groupSet></item>`;
  const ec2 = new EC2Client(
    await answering(
      () =>
        `<DescribeNetworkInterfacesResponse><networkInterfaceSet>${found}</networkInterfaceSet></DescribeNetworkInterfacesResponse>`,
    ),
  );
  const network = {
    ...{ vpcId: "vpc-1", subnets: [], endpoints: [] },
    securityGroups: ["default", "shop-backup", "shop-monitoring"],
  };
  const declared = { network, functions: ["shop-monitoring"] };
  return (
    Object.keys((await read("network interfaces", { ec2: async () => ec2 }, declared)) ?? {}).length === 1
  );
}

const task = {
  description: "arn:aws:ecs:us-east-1:123456789012:attachment/0123",
  ...{ type: "interface", groups: ["shop-backup"], managed: true },
};
const probe = {
  description: "AWS Lambda VPC ENI-shop-monitoring-0123-4567",
  ...{ type: "lambda", groups: ["shop-monitoring"], managed: true },
};

test.each([
  ["of a task", task],
  ["of the probe", probe],
  [
    "of the NAT gateway",
    { ...task, type: "nat_gateway", description: "Interface for NAT Gateway", groups: [] },
  ],
])("the interface %s is not reported", async (_, one) => {
  expect(await reportedInterface(one)).toBe(false);
});

test.each([
  ["that only looks like that of a task", { ...task, managed: false }],
  ["of a task with a foreign group", { ...task, groups: ["shop-backup", "web"] }],
  ["of a task with the default group", { ...task, groups: ["default"] }],
  ["of another function", { ...probe, description: "AWS Lambda VPC ENI-other-0123" }],
  [
    "of an endpoint for SSH",
    { ...task, type: "ec2_instance_connect_endpoint", description: "EC2 Instance Connect Endpoint" },
  ],
  ["of a load balancer", { ...task, type: "network_load_balancer", description: "ELB net/x/1" }],
])("an interface %s is reported", async (_, one) => {
  expect(await reportedInterface(one)).toBe(true);
});

const cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/shop-backup";
const definition = (name: string) => `arn:aws:ecs:us-east-1:123456789012:task-definition/${name}`;

test.each([
  ["the stack's own definition", { taskDefinitionArn: definition("shop-backup:3") }, undefined],
  ["the definition of its drill", { taskDefinitionArn: definition("shop-backup-drill:1") }, undefined],
  [
    "a definition with a similar name",
    { taskDefinitionArn: definition("shop-backups:1") },
    "runs shop-backups:1",
  ],
  [
    "a task that is open for commands",
    { taskDefinitionArn: definition("shop-backup:3"), enableExecuteCommand: true },
    "open for execute-command",
  ],
  [
    "a task with other roles, command and variables",
    {
      taskDefinitionArn: definition("shop-backup:3"),
      overrides: {
        ...{ taskRoleArn: "arn:x", executionRoleArn: "arn:y" },
        containerOverrides: [
          { name: "backup", command: ["sh"], environment: [{ name: "BUCKET", value: "elsewhere" }] },
        ],
      },
    },
    "role arn:x, execution role arn:y, another command in backup, other variables in backup: BUCKET",
  ],
])("of a running task, %s is reported if the schedules cannot have started it", async (_, found, value) => {
  const ecs = new ECSClient(
    await answering((body) =>
      JSON.stringify(
        body.includes('"tasks"')
          ? { tasks: [{ taskArn: `${cluster}/0123`, ...found }] }
          : { taskArns: [`${cluster}/0123`] },
      ),
    ),
  );

  const tasks = await read("cluster tasks", { ecs }, { cluster });

  expect(tasks).toEqual(value === undefined ? {} : { "cluster task 0123": value });
});

test.each([
  ["arn:aws:logs:us-east-1:123456789012:log-group:/shop/backup:*", true],
  ["arn:aws:logs:us-east-1:123456789012:log-group:/shop/*", true],
  ["arn:aws:logs:*:*:log-group:/shop/backup:log-stream:*", true],
  ["*", true],
  ["arn:aws:logs:us-east-1:123456789012:log-group:/shop/backup-of-others:*", false],
  ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/*", false],
  ["arn:aws:logs:us-west-2:123456789012:log-group:/shop/backup:*", false],
  ["arn:aws:logs:us-east-1:123456789012:log-group:/shop.backup:*", false],
])(
  "a policy of CloudWatch Logs for %s is reported if it covers a log group of the stack: %s",
  async (Resource, isReported) => {
    const policyDocument = JSON.stringify({
      Statement: {
        ...{ Effect: "Allow", Principal: { Service: "es.amazonaws.com" }, Resource },
        Action: ["logs:PutLogEvents", "logs:CreateLogStream"],
      },
    });
    const logs = new CloudWatchLogsClient(
      await answering((body) =>
        JSON.stringify(
          body.includes("RESOURCE") ? {} : { resourcePolicies: [{ policyName: "p", policyDocument }] },
        ),
      ),
    );
    const declared = { logGroups: ["/shop/backup"], account: "123456789012", region: "us-east-1" };

    expect(await read("log resource policies", { logs }, declared)).toEqual(
      isReported
        ? {
            "log resource policy p": expect.stringMatching(
              Resource.startsWith("arn:aws:logs:us-east-1:123456789012:log-group:/shop/backup:")
                ? /^es\.amazonaws\.com: logs:CreateLogStream, logs:PutLogEvents, policy [0-9a-f]{8}$/
                : /^es\.amazonaws\.com: logs:CreateLogStream, logs:PutLogEvents, part of the policy [0-9a-f]{8}$/,
            ),
          }
        : {},
    );
  },
);

test("a policy of a single log group is reported, and one that denies is not", async () => {
  const found = async (Effect: string) => {
    const policyDocument = JSON.stringify({
      Statement: [{ Effect, Principal: "*", Action: "logs:PutLogEvents" }],
    });
    const logs = new CloudWatchLogsClient(
      await answering((body) =>
        JSON.stringify(body.includes("RESOURCE") ? { resourcePolicies: [{ policyDocument }] } : {}),
      ),
    );
    const declared = { logGroups: ["/shop/backup", "/shop/monitoring"], account: "123456789012", region: "us-east-1" };
    const policies = await read("log resource policies", { logs }, declared);
    server?.close();
    return Object.keys(policies ?? {});
  };

  expect(await found("Allow")).toEqual([
    "log resource policy of /shop/backup",
    "log resource policy of /shop/monitoring",
  ]);
  expect(await found("Deny")).toEqual([]);
});

test.each([
  [9, ["schedule other/starts-tasks", "schedule shop-backup/manual"], 0],
  [11, ["schedule shop-backup/manual"], 1],
])(
  "of an account with %i pages of schedules, the foreign ones are listed without reading all pages",
  async (pages, names, sentencesCount) => {
    const Target = { Arn: cluster };
    const requests: string[] = [];
    const scheduler = new SchedulerClient(
      await answering((_, { searchParams }) => {
        const [group, page] = [searchParams.get("ScheduleGroup"), Number(searchParams.get("NextToken") ?? 1)];
        requests.push(`${group ?? "all"} ${page}`);
        const own = [
          { GroupName: "shop-backup", Name: "shop-backup", State: "ENABLED", Target },
          { GroupName: "shop-backup", Name: "manual", State: "ENABLED", Target },
        ];
        if (group !== null) return JSON.stringify({ Schedules: own });
        const others = [
          { GroupName: "other", Name: "starts-tasks", State: "ENABLED", Target },
          { GroupName: "other", Name: "web", State: "ENABLED", Target: { Arn: "arn:aws:sqs:x" } },
        ];
        const isLast = page === pages;
        return JSON.stringify({
          Schedules: isLast ? [...own, ...others] : others.slice(1),
          ...(isLast ? {} : { NextToken: String(page + 1) }),
        });
      }),
    );
    sentences.length = 0;
    const declared = { scheduleGroup: "shop-backup", schedules: ["shop-backup"], cluster, functions: [] };

    const found = await read("schedules", { scheduler }, declared);

    expect(Object.keys(found ?? {}).sort()).toEqual(names);
    expect(sentences).toHaveLength(sentencesCount);
    expect(requests.length).toBeLessThanOrEqual(11);
  },
);
