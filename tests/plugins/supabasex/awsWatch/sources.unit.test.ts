import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { PipesClient } from "@aws-sdk/client-pipes";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { afterEach, expect, test } from "vitest";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import type { DeclaredInAws } from "../../../../plugins/supabasex/provider/awsWatch/declared";
import { readAwsSource } from "../../../../plugins/supabasex/provider/awsWatch/sources";
import { changesSince } from "../../../../plugins/supabasex/provider/watch/watched";

let server: Server | undefined;
afterEach(() => server?.close());

/** Returns the options of a client whose service returns the same response to every request. */
async function answering(status: number, body: string) {
  const listening = createServer((_, response) =>
    response.writeHead(status, { "content-type": "text/xml" }).end(body),
  );
  return await optionsFor(listening);
}

/** Returns the options of a client whose service returns a response to the body of each request. */
async function answeringEach(answer: (request: string) => readonly [status: number, body: object]) {
  const listening = createServer(async (request, response) => {
    const [status, body] = answer(await text(request));
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
  });
  return await optionsFor(listening);
}

async function optionsFor(listening: Server) {
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  return {
    ...{ region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1 },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
}

/** Returns clients with an EC2 that returns the same error to every request. */
async function ec2Answering(status: number, code: string): Promise<AwsClients> {
  const body = `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`;
  const client = new EC2Client(await answering(status, body));
  return { ec2: async () => client } as unknown as AwsClients;
}

const network = { vpcId: "vpc-0123456789abcdef0", subnets: [], endpoints: [], securityGroups: [] };
const question = (aws: AwsClients) => ({
  ...{ aws, declared: { network } as unknown as DeclaredInAws, signal: new AbortController().signal },
});

test("a network that the credentials may not read is skipped", async () => {
  const aws = await ec2Answering(403, "UnauthorizedOperation");

  expect(await readAwsSource("network", question(aws))).toBeUndefined();
});

test("any other error of EC2 is not skipped", async () => {
  const aws = await ec2Answering(400, "InvalidParameterValue");

  await expect(readAwsSource("network", question(aws))).rejects.toThrow("no");
});

test.each(["RequestLimitExceeded", "Throttling"])(
  "a read that AWS throttles is skipped with a sentence (%s)",
  async (code) => {
    const aws = await ec2Answering(400, code);
    const sentences: string[] = [];
    const notice = (sentence: string) => sentences.push(sentence);

    expect(await readAwsSource("network ACLs", { ...question(aws), notice })).toBeUndefined();
    expect(sentences).toEqual([
      "AWS throttles the requests of AwsWatch, so ACLs of the network are not compared this time.",
    ]);
  },
);

test.each([
  ["InvalidInput", undefined],
  ["NoSuchThing", "no"],
])(
  "the private zones of a deleted network are skipped, and other errors are not (%s)",
  async (code, thrown) => {
    const body = `<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
    const client = new Route53Client(await answering(400, body));
    const aws = { route53: async () => client } as unknown as AwsClients;

    const found = readAwsSource("network hosted zones", question(aws));

    if (thrown === undefined) expect(await found).toBeUndefined();
    else await expect(found).rejects.toThrow(thrown);
  },
);

test("pipes and readers of the copies' queue are reported in their region", async () => {
  const queue = "arn:aws:sqs:us-west-2:123456789012:shop-backup-replica-dead-letters";
  const replica = {
    ...{ region: "us-west-2", account: "123456789012", bucket: "copies", subscriptions: [] },
    deadLetterQueue: `https://sqs/123456789012/${queue.split(":").at(-1)}`,
  };
  const found = async (name: string, client: object) => {
    const asked = { aws: {} as AwsClients, awsOfReplica: client as unknown as AwsClients };
    const declared = { replica } as unknown as DeclaredInAws;
    const answer = await readAwsSource(name, { ...asked, declared, signal: new AbortController().signal });
    server?.close();
    return answer;
  };
  const pipes = new PipesClient(
    await answering(200, JSON.stringify({ Pipes: [{ Name: "manual", Source: queue, Target: "arn:x" }] })),
  );
  expect(await found("copies: event pipes", { pipes })).toEqual({
    "event pipe manual in us-west-2": `from ${queue} to arn:x`,
  });
  const lambda = new LambdaClient(
    await answering(200, JSON.stringify({ EventSourceMappings: [{ UUID: "1-2", FunctionArn: "arn:f" }] })),
  );
  expect(await found("copies: queue readers", { lambda })).toEqual({
    "queue reader shop-backup-replica-dead-letters 1-2 in us-west-2": "arn:f",
  });
});

test.each(["UnknownOperationException", "InvalidAction"])(
  "rules that mute alarms are skipped in a region that does not have them (%s)",
  async (code) => {
    const body = JSON.stringify({ __type: code, message: "no" });
    const alarms = new CloudWatchClient(await answering(400, body));
    const declared = { alarmPrefixes: ["shop-backup-"] } as unknown as DeclaredInAws;

    expect(
      await readAwsSource("alarm mute rules", {
        ...{ aws: { alarms } as unknown as AwsClients, declared, signal: new AbortController().signal },
      }),
    ).toBeUndefined();
  },
);

test("a mute rule that is deleted between the list and its read does not hide another", async () => {
  const arn = (name: string) => `arn:aws:cloudwatch:us-east-1:123456789012:alarm-mute-rule:${name}`;
  const rules = new Map([["manual", ["shop-backup-missing"]]]);
  const alarms = new CloudWatchClient(
    await answeringEach((request) => {
      if (!request.includes("AlarmMuteRuleName")) {
        const names = ["deleted", "manual"];
        return [200, { AlarmMuteRuleSummaries: names.map((name) => ({ AlarmMuteRuleArn: arn(name) })) }];
      }
      const AlarmNames = rules.get(JSON.parse(request).AlarmMuteRuleName);
      if (AlarmNames === undefined) return [404, { __type: "ResourceNotFoundException", message: "no" }];
      const Schedule = { Expression: "cron(0 0 * * *)", Duration: "PT24H" };
      return [200, { MuteTargets: { AlarmNames }, Rule: { Schedule } }];
    }),
  );
  const declared = { alarmPrefixes: ["shop-backup-"] } as unknown as DeclaredInAws;

  expect(
    await readAwsSource("alarm mute rules", {
      ...{ aws: { alarms } as unknown as AwsClients, declared, signal: new AbortController().signal },
    }),
  ).toEqual({ "alarm mute rule manual": "cron(0 0 * * *) for PT24H: shop-backup-missing" });
});

test("a type of account policy that the region does not know is skipped, and a missing permission skips all", async () => {
  const found = async (status: number, code: string) => {
    const logs = new CloudWatchLogsClient(await answering(status, JSON.stringify({ __type: code })));
    const answer = await readAwsSource("log account policies", {
      ...{ aws: { logs } as unknown as AwsClients, declared: {} as DeclaredInAws },
      ...{ signal: new AbortController().signal },
    });
    server?.close();
    return answer;
  };

  expect(await found(400, "InvalidParameterException")).toEqual({});
  expect(await found(400, "AccessDeniedException")).toBeUndefined();
  await expect(found(500, "ServiceUnavailableException")).rejects.toThrow();
});

// moto has no analytics.
test("an analytics configuration of the bucket, which may export to another bucket, has the severity opens", async () => {
  const destination =
    "<S3BucketDestination><Format>CSV</Format><Bucket>arn:aws:s3:::of-somebody-else</Bucket></S3BucketDestination>";
  const exported = `<StorageClassAnalysis><DataExport><OutputSchemaVersion>V_1</OutputSchemaVersion><Destination>${destination}</Destination></DataExport></StorageClassAnalysis>`;
  const listOf = (items: string) =>
    `<ListBucketAnalyticsConfigurationResult><IsTruncated>false</IsTruncated>${items}</ListBucketAnalyticsConfigurationResult>`;
  const found = async (items: string) => {
    const s3 = new S3Client({ ...(await answering(200, listOf(items))), forcePathStyle: true });
    const declared = { bucket: "backups", bucketSettings: [] as string[] } as unknown as DeclaredInAws;
    const answer = await readAwsSource("bucket analytics", {
      ...{ aws: { s3 } as unknown as AwsClients, declared, signal: new AbortController().signal },
    });
    server?.close();
    return answer ?? {};
  };

  const analysis = await found(
    `<AnalyticsConfiguration><Id>by-hand</Id>${exported}</AnalyticsConfiguration>`,
  );

  expect(analysis).toEqual({ "bucket analytics backups": expect.stringContaining("of-somebody-else") });
  expect(changesSince({ analytics: {} }, { analytics: analysis })).toMatchObject([{ severity: "opens" }]);
  expect(await found("")).toEqual({});
});

test("a subscriber of both topics is one entry per region, so accepting one does not accept the other", async () => {
  const member =
    "<member><Protocol>email</Protocol><Endpoint>somebody@evil.example</Endpoint><Owner>111122223333</Owner></member>";
  const body = `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${member}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`;
  const aws = { sns: new SNSClient(await answering(200, body)) } as unknown as AwsClients;
  const topicIn = (region: string) => `arn:aws:sns:${region}:123456789012:shop-backup-alarms`;
  const place = { bucket: "backups", subscriptions: ["email operations@example.com"], bucketSettings: [] };
  const declared = {
    ...place,
    topic: topicIn("us-east-1"),
    replica: { ...place, topic: topicIn("us-west-2"), region: "us-west-2" },
  } as unknown as DeclaredInAws;
  const asked = { aws, awsOfReplica: aws, declared, signal: new AbortController().signal };

  const own = (await readAwsSource("topic subscriptions", asked)) ?? {};
  const copies = (await readAwsSource("copies: topic subscriptions", asked)) ?? {};

  expect(own).toEqual({ "topic subscription email somebody@evil.example": "of account 111122223333" });
  expect(copies).toEqual({
    "topic subscription email somebody@evil.example in us-west-2": "of account 111122223333",
  });
  const changes = changesSince({ own: {}, copies: {} }, { own, copies });
  expect(changes.map(({ severity }) => severity)).toEqual(["opens", "opens"]);
  expect(new Set(changes.map(({ acceptance }) => acceptance)).size).toBe(2);
});

test("the stack's own replication rule is not reported, and one with another role is", async () => {
  const own = "arn:aws:iam::123456789012:role/shop-backup-replication";
  const found = async (role: string, replicationRole: string | undefined) => {
    const body = `<ReplicationConfiguration><Role>${role}</Role><Rule><ID>r</ID><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::copies</Bucket></Destination></Rule></ReplicationConfiguration>`;
    const s3 = new S3Client({ ...(await answering(200, body)), forcePathStyle: true });
    const declared = { bucket: "backups", bucketSettings: [], replicationRole } as unknown as DeclaredInAws;
    const answer = await readAwsSource("bucket replication", {
      ...{ aws: { s3 } as unknown as AwsClients, declared, signal: new AbortController().signal },
    });
    server?.close();
    return Object.keys(answer ?? {});
  };

  expect(await found(own, own)).toEqual([]);
  expect(await found(own.replace("shop", "other"), own)).toEqual(["bucket replication backups"]);
  // The copies' bucket, for which the stack has no rule.
  expect(await found(own, undefined)).toEqual(["bucket replication backups"]);
});
