import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CloudWatchClient,
  DeleteAlarmMuteRuleCommand,
  PutAlarmMuteRuleCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteAccountPolicyCommand,
  PutAccountPolicyCommand,
  PutMetricFilterCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateBucketCommand,
  DeleteBucketWebsiteCommand,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketWebsiteCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsService, startAws } from "../../../../emulators/aws";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import type { DeclaredInAws } from "../../../../plugins/supabasex/provider/awsWatch/declared";
import { readAwsSource } from "../../../../plugins/supabasex/provider/awsWatch/sources";
import { changesSince, type Entries } from "../../../../plugins/supabasex/provider/watch/watched";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis sources "));
let service: AwsService;
let aws: Pick<AwsClients, "s3" | "logs" | "sns" | "sqs" | "alarms">;

beforeAll(async () => {
  service = await startAws({ directory });
  const { region, endpoint, accessKey, secretKey } = service;
  const options = { region, endpoint, credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } };
  aws = {
    s3: new S3Client({ ...options, forcePathStyle: true }),
    logs: new CloudWatchLogsClient(options),
    sns: new SNSClient(options),
    sqs: new SQSClient(options),
    alarms: new CloudWatchClient(options),
  };
});
afterAll(async () => {
  await service?.stop();
  rmSync(directory, { recursive: true });
});

const empty = {
  ...{ bucket: "backups", bucketSettings: [], topic: undefined, subscriptions: [], targets: {} },
  ...{ logGroups: [], metricFilters: [], alarmPrefixes: [], functions: [], functionPrograms: {} },
  ...{ accessLogs: undefined, deadLetterQueue: undefined, key: undefined },
} as unknown as DeclaredInAws;

const found = async (name: string, declared: Partial<DeclaredInAws>): Promise<Entries | undefined> =>
  await readAwsSource(name, {
    ...{ aws: aws as AwsClients, awsOfReplica: aws as AwsClients, declared: { ...empty, ...declared } },
    signal: new AbortController().signal,
  });

const severities = (entries: Entries | undefined) =>
  changesSince({ source: {} }, { source: entries ?? {} }).map(({ severity }) => severity);

test("settings of the bucket with the access logs are reported, and those of another bucket are not", async () => {
  for (const Bucket of ["backups", "backups-logs", "of-somebody-else"]) {
    await aws.s3.send(new CreateBucketCommand({ Bucket, ObjectOwnership: "ObjectWriter" }));
  }
  const names = ["access", "CORS", "website", "notification", "replication", "logging", "inventory"];
  const all = async (accessLogs: string | undefined): Promise<Entries> =>
    Object.assign(
      {},
      ...(await Promise.all(names.map((name) => found(`access logs: bucket ${name}`, { accessLogs })))),
    );
  const WebsiteConfiguration = { IndexDocument: { Suffix: "index.html" } };
  await aws.s3.send(new PutBucketWebsiteCommand({ Bucket: "of-somebody-else", WebsiteConfiguration }));
  expect(await all("backups-logs")).toEqual({});

  const Bucket = "backups-logs";
  await aws.s3.send(new PutBucketAclCommand({ Bucket, ACL: "public-read" }));
  await aws.s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
  await aws.s3.send(
    new PutBucketCorsCommand({
      ...{ Bucket, CORSConfiguration: { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }] } },
    }),
  );
  const { TopicArn } = await aws.sns.send(new CreateTopicCommand({ Name: "of-somebody-else" }));
  await aws.s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        TopicConfigurations: [{ Id: "manual", TopicArn, Events: ["s3:ObjectCreated:*"] }],
      },
    }),
  );

  const settings = await all("backups-logs");
  expect(settings).toEqual({
    "bucket access granted backups-logs http://acs.amazonaws.com/groups/global/AllUsers READ": "by an ACL",
    "bucket website backups-logs": '{"IndexDocument":{"Suffix":"index.html"}}',
    "bucket CORS backups-logs": expect.stringContaining('"AllowedOrigins":["*"]'),
    "bucket notification backups-logs": expect.stringContaining("of-somebody-else"),
  });
  expect(severities(settings)).toEqual(["opens", "opens", "opens", "opens"]);
  expect(await found("bucket website", {})).toEqual({});
  expect(await all(undefined)).toEqual({});
  await aws.s3.send(new DeleteBucketWebsiteCommand({ Bucket }));
  expect(await found("access logs: bucket website", { accessLogs: Bucket })).toEqual({});
});

test("a metric filter that is not the stack's is reported, with the metric that it publishes", async () => {
  const logGroupName = "/shop/backup";
  await aws.logs.send(new CreateLogGroupCommand({ logGroupName }));
  const put = async (filterName: string, metricName: string) =>
    await aws.logs.send(
      new PutMetricFilterCommand({
        ...{ logGroupName, filterName, filterPattern: "" },
        metricTransformations: [{ metricNamespace: "shop/backup", metricName, metricValue: "0" }],
      }),
    );
  await put("shop-backup-completed", "BackupBytes");
  const declared = { logGroups: [logGroupName, "/shop/not-yet"], metricFilters: ["shop-backup-completed"] };
  expect(await found("log metric filters", declared)).toEqual({});

  await put("manual", "BackupAge");

  const filters = await found("log metric filters", declared);
  expect(filters).toEqual({
    "log metric filter /shop/backup manual": "publishes shop/backup/BackupAge 0",
  });
  expect(severities(filters)).toEqual(["opens"]);
  // The state of an older version does not name the stack's own filters.
  expect(await found("log metric filters", { ...declared, metricFilters: undefined })).toEqual({});
});

test("policies of the account are reported, by kind and destination, without their selection of other log groups", async () => {
  const declared = { logGroups: ["/shop/backup", "/shop/monitoring"] };
  expect(await found("log account policies", declared)).toEqual({});
  const destination = "arn:aws:logs:us-east-1:210987654321:destination:of-somebody-else";
  const policy = { policyName: "manual", policyType: "SUBSCRIPTION_FILTER_POLICY" } as const;
  const put = async (FilterPattern: string, excluded: string[]) =>
    await aws.logs.send(
      new PutAccountPolicyCommand({
        ...policy,
        policyDocument: JSON.stringify({ DestinationArn: destination, FilterPattern }),
        selectionCriteria: `LogGroupName NOT IN ${JSON.stringify(excluded)}`,
      }),
    );
  await put("", ["/other/web"]);

  const before = await found("log account policies", declared);
  expect(before).toEqual({
    "log account policy subscription filter manual": expect.stringMatching(
      new RegExp(`^to ${destination}, policy [0-9a-f]{8}$`),
    ),
  });
  expect(severities(before)).toEqual(["opens"]);
  await put("", ["/other/web", "/other/queue"]);
  expect(await found("log account policies", declared)).toEqual(before);
  await put("password", ["/other/web"]);
  const after = (await found("log account policies", declared)) ?? {};
  expect(changesSince({ source: before ?? {} }, { source: after })).toMatchObject([{ severity: "opens" }]);
  await aws.logs.send(new DeleteAccountPolicyCommand(policy));
  expect(await found("log account policies", declared)).toEqual({});
});

test.each([
  ['LogGroupName NOT IN ["/shop/backup","/shop/monitoring", "/other/web"]', undefined],
  ['LogGroupName NOT IN ["/shop/backup"]', ", except for /shop/backup"],
  ['LogGroupName NOT IN ["/shop"]', ""],
  ["LogGroupName NOT IN []", ""],
  ['LogGroupNamePrefix IN ["/other/", "/shop-web/"]', undefined],
  ['LogGroupNamePrefix IN ["/other/", "/shop/mon"]', ", except for /shop/backup"],
  ['LogGroupNamePrefix IN ["/shop/"]', ""],
  // Forms that AWS does not document.
  ['LogGroupNamePrefix IN ["*"]', ""],
  ['LogGroupNamePrefix NOT IN ["/other/"]', ""],
  ['LogGroupName IN ["/other/web"]', ""],
  ['LogGroupName NOT IN ["/shop/backup", "/shop/monitoring"] AND DataSourceName = "x"', ""],
  ['LogGroupName NOT IN ["/shop/backup", ["/shop/monitoring"]]', ""],
])(
  "a policy of the account with the selection %s is reported unless it excludes every log group of the stack",
  async (selectionCriteria, exception) => {
    const policy = { policyName: "of-another-team", policyType: "SUBSCRIPTION_FILTER_POLICY" } as const;
    const destination = "arn:aws:logs:us-east-1:123456789012:destination:of-another-team";
    const policyDocument = JSON.stringify({ DestinationArn: destination, FilterPattern: "" });
    await aws.logs.send(new PutAccountPolicyCommand({ ...policy, policyDocument, selectionCriteria }));

    const policies = await found("log account policies", { logGroups: ["/shop/monitoring", "/shop/backup"] });

    await aws.logs.send(new DeleteAccountPolicyCommand(policy));
    expect(policies).toEqual(
      exception === undefined
        ? {}
        : {
            "log account policy subscription filter of-another-team": expect.stringMatching(
              new RegExp(`^to ${destination}, policy [0-9a-f]{8}${exception}$`),
            ),
          },
    );
  },
);

test("a rule that mutes an alarm of the stack is reported, and one for other alarms is not", async () => {
  const declared = { alarmPrefixes: ["shop-backup-", "shop-monitoring-"] };
  const mute = async (Name: string, AlarmNames: string[]) =>
    await aws.alarms.send(
      new PutAlarmMuteRuleCommand({
        ...{ Name, MuteTargets: { AlarmNames } },
        Rule: { Schedule: { Expression: "at(2026-12-24T00:00)", Duration: "P7D" } },
      }),
    );
  await mute("maintenance", ["shop-web-errors", "other-backup-missing"]);
  expect(await found("alarm mute rules", declared)).toEqual({});

  await mute("manual", ["shop-web-errors", "shop-monitoring-unreachable", "shop-backup-missing"]);

  const rules = await found("alarm mute rules", declared);
  expect(rules).toEqual({
    "alarm mute rule manual":
      "at(2026-12-24T00:00) for P7D: shop-backup-missing, shop-monitoring-unreachable",
  });
  expect(severities(rules)).toEqual(["opens"]);
  await aws.alarms.send(new DeleteAlarmMuteRuleCommand({ AlarmMuteRuleName: "manual" }));
  expect(await found("alarm mute rules", declared)).toEqual({});
});

test("another queue to which the dead-letter queue moves its messages is reported", async () => {
  const queueOf = async (QueueName: string) =>
    (await aws.sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "";
  const QueueUrl = await queueOf("shop-backup-dead-letters");
  const declared = { deadLetterQueue: QueueUrl };
  expect(await found("queue redrive", declared)).toEqual({});
  await queueOf("of-somebody-else");

  const deadLetterTargetArn = "arn:aws:sqs:us-east-1:123456789012:of-somebody-else";
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
  await aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));

  const queues = await found("queue redrive", declared);
  expect(queues).toEqual({
    "queue redrive shop-backup-dead-letters": expect.stringContaining(deadLetterTargetArn),
  });
  expect(severities(queues)).toEqual(["opens"]);
  // The copies have a queue of their own.
  const replica = { ...empty, ...declared, region: "us-west-2" };
  expect(await found("copies: queue redrive", { replica })).toEqual({
    "queue redrive shop-backup-dead-letters in us-west-2": expect.stringContaining(deadLetterTargetArn),
  });
  expect(await found("copies: queue redrive", { ...declared, replica: undefined })).toEqual({});
});
