import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { afterEach, expect, test } from "vitest";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import type { DeclaredInAws } from "../../../../plugins/supabasex/provider/awsWatch/declared";
import { readAwsSource } from "../../../../plugins/supabasex/provider/awsWatch/sources";
import { tooMany } from "../../../../plugins/supabasex/provider/awsWatch/tooMany";
import { changesSince } from "../../../../plugins/supabasex/provider/watch/watched";

// What moto cannot simulate: tasks with overrides, and thousands of schedules.
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

const cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/shop-backup";
const definition = (name: string) => `arn:aws:ecs:us-east-1:123456789012:task-definition/${name}`;

test.each([
  ["the stack's own definition", { taskDefinitionArn: definition("shop-backup:3") }, undefined],
  ["the definition of its drill", { taskDefinitionArn: definition("shop-backup-drill:1") }, undefined],
  [
    "a definition with a similar name",
    { taskDefinitionArn: definition("shop-backups:1") },
    "shop-backups, another definition",
  ],
  [
    "a task that is open for commands",
    { taskDefinitionArn: definition("shop-backup:3"), enableExecuteCommand: true },
    "shop-backup, open for execute-command",
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
    "shop-backup, role arn:x, execution role arn:y, another command in backup, other variables in backup: BUCKET",
  ],
])("of a running task, %s is reported if the schedules cannot have started it", async (_, found, name) => {
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

  expect(tasks).toEqual(name === undefined ? {} : { [`cluster task ${name}`]: "running" });
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
    const declared = {
      logGroups: ["/shop/backup", "/shop/monitoring"],
      account: "123456789012",
      region: "us-east-1",
    };
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
  [9, ["schedule other/calls-version", "schedule other/starts-tasks"], 0],
  [11, ["schedules of other groups"], 1],
])(
  "of an account with %i pages of schedules, the foreign ones are listed without reading all pages",
  async (pages, names, sentencesCount) => {
    const Target = { Arn: cluster };
    const version = "arn:aws:lambda:us-east-1:123456789012:function:shop-monitoring:live";
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
          { GroupName: "other", Name: "calls-version", State: "ENABLED", Target: { Arn: version } },
          { GroupName: "other", Name: "web", State: "ENABLED", Target: { Arn: "arn:aws:sqs:x" } },
        ];
        const isLast = page === pages;
        return JSON.stringify({
          Schedules: isLast ? [...own, ...others] : others.slice(2),
          ...(isLast ? {} : { NextToken: String(page + 1) }),
        });
      }),
    );
    sentences.length = 0;
    const declared = {
      ...{
        scheduleGroup: "shop-backup",
        schedules: ["shop-backup"],
        cluster,
        functions: ["shop-monitoring"],
      },
      ...{ account: "123456789012", region: "us-east-1" },
    };
    const aws = { scheduler };

    const ofGroup = await read("schedules", aws, declared);
    const ofOthers = await read("schedules of other groups", aws, declared);

    expect(Object.keys(ofGroup ?? {})).toEqual(["schedule shop-backup/manual"]);
    expect(ofOthers && Object.keys(ofOthers).sort()).toEqual(names);
    expect(sentences).toHaveLength(sentencesCount);
    expect(requests.length).toBeLessThanOrEqual(11);
  },
);

test.each([
  ["50 buses", 50, undefined, ["event rule bus-50/starts-tasks"], 0],
  ["51 buses", 51, undefined, ["event rules of other buses"], 1],
  ["more buses than a page", 3, "next", ["event rules of other buses"], 1],
])(
  "of an account with %s, a rule on the last one that starts a task is not hidden",
  async (_, count, NextToken, names, sentencesCount) => {
    const events = new EventBridgeClient(
      await answering((body) => {
        const { EventBusName } = JSON.parse(body) as { EventBusName?: string };
        if (EventBusName !== undefined)
          return JSON.stringify({ RuleNames: EventBusName === "bus-50" ? ["starts-tasks"] : [] });
        const own = Array.from({ length: count }, (_unused, at) => ({ Name: `bus-${at + 1}` }));
        return JSON.stringify({ EventBuses: [{ Name: "default" }, ...own], NextToken });
      }),
    );
    sentences.length = 0;

    const found = (await read("cluster rules of other buses", { events }, { cluster })) ?? {};

    const changes = changesSince({ rules: {} }, { rules: found });
    expect(changes.map(({ identity, severity }) => [identity, severity])).toEqual(
      names.map((name) => [name, "opens"]),
    );
    expect(sentences).toHaveLength(sentencesCount);
  },
);

test.each(["schedules of other groups", "access grants shop"])(
  "%s that are too many to compare open access",
  (list) => {
    expect(changesSince({ source: {} }, { source: tooMany(list) })).toMatchObject([
      { identity: list, severity: "opens" },
    ]);
  },
);
