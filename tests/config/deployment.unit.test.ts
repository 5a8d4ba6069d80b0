import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type ConfigInput, checkStackConfig, requiredSecrets } from "../../config/parse";
import { readStackFile } from "../../config/stackFile";
import { canary } from "./specimens";

const checkout = path.resolve(import.meta.dirname, "../..");
const token = { SUPABASE_ACCESS_TOKEN: "sbp_token" };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "deployment "));
  mkdirSync(path.join(folder, "certificates"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void vi.useRealTimers());

/** A CA certificate whose key was deleted. Valid until 2126. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBhDCCASugAwIBAgIUV4fViqt6T8GhxZDAJYPS+F5/JzcwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMVGVzdCBSb290IENBMCAXDTI2MTEyMjE1NTIzM1oYDzIxMjYx
MDI5MTU1MjMzWjAXMRUwEwYDVQQDDAxUZXN0IFJvb3QgQ0EwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAATMv2nNac47ai4fgBMJWTRS+mM3Tvuzs9fNB9fhsZljHZBO
R7w5c4LIOfCdEPRr5x0RGxdd1A40J5Oyb6wlPQ9oo1MwUTAdBgNVHQ4EFgQUWEb4
b6lXD9jGLpZENClJDc8DZaYwHwYDVR0jBBgwFoAUWEb4b6lXD9jGLpZENClJDc8D
ZaYwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBwsiBvRFMU86Ou
tO9YU4sBO7n4FyWlRQlbojYK/PsGFgIgCG8pnAva4jkOfihVnwsYNb9XqtAeOxz7
mfLqHubTARo=
-----END CERTIFICATE-----
`;

/** Returns a committed stack file with its secrets set. */
function committed(stack: string): ConfigInput {
  const file = readStackFile(path.join(checkout, `Pulumi.${stack}.yaml`));
  const keys = requiredSecrets(file).map(({ key }) => key);
  return {
    stack,
    values: { ...file.values, ...Object.fromEntries(keys.map((key) => [key, canary])) },
    secretKeys: keys,
  };
}

const issuesOf = (input: ConfigInput, environment: Record<string, string>) =>
  checkStackConfig(input, { environment, projectFolder: folder }).issues.map(
    ({ key, message, command }) => `${key.replace("thorbis-supabase:", "")} ${message} | ${command}`,
  );

const set = (stack: string, key: string) =>
  `pulumi config set --stack ${stack} --path 'thorbis-supabase:${key}' '<your own>'`;
const zeros = "is a placeholder: replace the zeros with your own id";

test("dev as committed lacks the ids and the token, each with the command that sets it", () => {
  expect(issuesOf(committed("dev"), {})).toEqual([
    "SUPABASE_ACCESS_TOKEN is not set: the Management API requires a token from https://supabase.com/dashboard/account/tokens | export SUPABASE_ACCESS_TOKEN=<token>",
    `auth.phone.twilio.accountSid ${zeros}, or omit auth.phone | ${set("dev", "auth.phone.twilio.accountSid")}`,
    `auth.phone.twilio.messageServiceSid ${zeros}, or omit auth.phone | ${set("dev", "auth.phone.twilio.messageServiceSid")}`,
  ]);
});

test("prod as committed lacks the ids of its account, network and image, and the certificate", () => {
  expect(issuesOf(committed("prod"), token)).toEqual([
    `aws:allowedAccountIds ${zeros} | pulumi config set --stack prod --type string --path 'aws:allowedAccountIds[0]' '<account id>'`,
    `auth.phone.twilio.accountSid ${zeros}, or omit auth.phone | ${set("prod", "auth.phone.twilio.accountSid")}`,
    `auth.phone.twilio.messageServiceSid ${zeros}, or omit auth.phone | ${set("prod", "auth.phone.twilio.messageServiceSid")}`,
    `backup.image ${zeros} | ${set("prod", "backup.image")}`,
    "database.sslRootCertificate names a missing file; download it and compare its fingerprint with that in certificates/README.md | " +
      "curl --fail --output certificates/supabase.crt https://supabase-downloads.s3-ap-southeast-1.amazonaws.com/prod/ssl/prod-ca-2021.crt",
  ]);
});

test.each([
  ["local", {}],
  ["dev", { SUPABASE_API_ENDPOINT: "http://127.0.0.1:4000" }],
  ["prod", { SUPABASE_API_ENDPOINT: "http://127.0.0.1:4000" }],
])("stack %s on local services needs none of these", (stack, environment) => {
  expect(issuesOf(committed(stack), environment)).toEqual([]);
});

test("a region and a token may come from the stack or from the environment", () => {
  const input = committed("dev");
  const { "aws:region": _region, ...values } = input.values;

  const keysOf = (
    more: Record<string, string>,
    environment: Record<string, string>,
    secretKeys: string[] = [],
  ) =>
    issuesOf(
      { ...input, values: { ...values, ...more }, secretKeys: [...input.secretKeys, ...secretKeys] },
      environment,
    )
      .map((issue) => issue.split(" ")[0])
      .filter((key) => key === "aws:region" || key === "SUPABASE_ACCESS_TOKEN");

  expect(keysOf({}, {})).toEqual(["SUPABASE_ACCESS_TOKEN", "aws:region"]);
  expect(keysOf({}, { ...token, AWS_REGION: "eu-west-1" })).toEqual([]);
  expect(
    keysOf({ "supabase:accessToken": canary, "aws:region": "eu-west-1" }, {}, ["supabase:accessToken"]),
  ).toEqual([]);
});

test("a certificate must be readable and still valid", () => {
  const file = path.join(folder, "certificates", "supabase.crt");
  const problem = () =>
    issuesOf(committed("prod"), token)
      .filter((issue) => issue.startsWith("database."))
      .map((issue) => issue.split(" | ")[0]);

  writeFileSync(file, "<html>");
  expect(problem()).toEqual(["database.sslRootCertificate names a file without a certificate in PEM"]);
  writeFileSync(file, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
  expect(problem()).toEqual(["database.sslRootCertificate names a file with a damaged certificate"]);
  writeFileSync(file, `Root\n${certificate}`);
  expect(problem()).toEqual([]);
  vi.useFakeTimers({ now: new Date("2200-01-01"), toFake: ["Date"] });
  expect(problem()).toEqual(["database.sslRootCertificate names a certificate that has expired"]);
});

test("a baseline must be the version of a migration; the error for a typo names the nearest one", () => {
  const dev = committed("dev");
  const problem = (baseline: string) =>
    issuesOf(
      { ...dev, values: { ...dev.values, "thorbis-supabase:sql": JSON.stringify({ baseline }) } },
      token,
    ).filter((issue) => issue.startsWith("sql."));
  const migrations = path.join(folder, "sql", "migrations");

  expect(problem("20260101000000")).toEqual([
    "sql.baseline is 20260101000000, and the bundle has no migrations: add the file, or remove the setting | pulumi config set --stack dev --path 'thorbis-supabase:sql.baseline' 20260131093000",
  ]);
  mkdirSync(migrations, { recursive: true });
  for (const name of ["20260101000000_first.sql", "20260201000000_second.sql"])
    writeFileSync(path.join(migrations, name), "select 1;\n");
  expect(problem("20260101000000")).toEqual([]);
  expect(problem("20250201000000")).toEqual([
    "sql.baseline is 20250201000000, but no migration has this version: the nearest is 20260201000000 (migrations/20260201000000_second.sql) | pulumi config set --stack dev --path 'thorbis-supabase:sql.baseline' 20260201000000",
  ]);
});

test("a topic in another region than the alarms is refused, because they cannot reach it", () => {
  const dev = committed("dev");
  const alerts = JSON.stringify({ topicArn: "arn:aws:sns:eu-west-1:123456789012:operations" });
  const elsewhere = { ...dev, values: { ...dev.values, "thorbis-supabase:alerts": alerts } };

  const [issue] = issuesOf(elsewhere, token).filter((text) => text.startsWith("alerts"));

  expect(issue).toBe(
    "alerts.topicArn is a topic in eu-west-1, but the alarms are in us-east-1: name one of that region | pulumi config set --stack dev --path 'thorbis-supabase:alerts.topicArn' arn:aws:sns:us-east-1:123456789012:operations",
  );
});

test.each([
  ["arn:aws-cn:sns:us-east-1:123456789012:operations", "us-east-1", "aws-cn", "aws"],
  ["arn:aws:sns:cn-north-1:123456789012:operations", "cn-north-1", "aws", "aws-cn"],
  ["arn:aws:sns:us-gov-west-1:123456789012:operations", "us-gov-west-1", "aws", "aws-us-gov"],
])("a topic %s of another partition than region %s", (topicArn, region, partition, expected) => {
  const dev = committed("dev");
  const values = {
    ...dev.values,
    "aws:region": region,
    "thorbis-supabase:alerts": JSON.stringify({ topicArn }),
  };

  const issues = issuesOf({ ...dev, values }, token).filter((text) => text.startsWith("alerts"));

  expect(issues).toEqual([
    expect.stringMatching(
      `^alerts.topicArn is in partition ${partition}, but ${region} is in ${expected}: name one of that partition`,
    ),
  ]);
});

test("a topic of the region's partition is accepted in any partition", () => {
  const dev = committed("dev");
  const topicArn = "arn:aws-cn:sns:cn-north-1:123456789012:operations";
  const alerts = JSON.stringify({ topicArn });
  const values = { ...dev.values, "aws:region": "cn-north-1", "thorbis-supabase:alerts": alerts };

  expect(issuesOf({ ...dev, values }, token).filter((text) => text.startsWith("alerts"))).toEqual([]);
});

/** Returns the issues of a stack file about the copies in a second region. */
function replicaIssues(
  stack: string,
  region: string,
  replica: object,
  { environment }: { readonly environment: Record<string, string> },
) {
  const file = committed(stack);
  const backup = { ...JSON.parse(file.values["thorbis-supabase:backup"] ?? "{}"), ownKey: true, replica };
  const values = { ...file.values, "aws:region": region, "thorbis-supabase:backup": JSON.stringify(backup) };
  return issuesOf({ ...file, values }, environment)
    .filter((text) => text.startsWith("backup.replica"))
    .map((text) => text.replace(/ \| .*/, ""));
}

test.each([
  ["us-east-1", { region: "us-west-2" }, []],
  [
    "us-west-2",
    { region: "us-west-2" },
    ["backup.replica.region is the region of the bucket itself: an outage of us-west-2 would affect both"],
  ],
  [
    "us-east-1",
    { region: "cn-north-1" },
    [
      "backup.replica.region is in partition aws-cn, but us-east-1 is in aws: S3 copies within a partition only",
    ],
  ],
  [
    "us-east-1",
    { region: "us-west-2", topicArn: "arn:aws:sns:us-east-1:123456789012:operations" },
    [
      "backup.replica.topicArn is a topic in us-east-1, but the alarm is in us-west-2: name one of that region",
    ],
  ],
])("copies of a bucket in %s with %j", (region, replica, expected) => {
  expect(replicaIssues("dev", region, replica, { environment: token })).toEqual(expected);
});

test("copies in the same region are refused on the local stack too", () => {
  const local = { SUPABASE_API_ENDPOINT: "http://127.0.0.1:8080" };

  expect(replicaIssues("dev", "us-east-1", { region: "us-east-1" }, { environment: local })).toHaveLength(1);
});
