import { describe, expect, it } from "vitest";
import { keyPolicyDocument } from "../../../components/backupBucket/keyPolicyDocument";
import {
  probePolicy,
  probeSchedulerPolicy,
  probeTrust,
} from "../../../components/databaseMonitoring/policies";
import { policyDocument } from "../../../components/policyDocument";
import { accountId, decide, keyArn, type Request, region } from "./simulate";

const functionArn = `arn:aws:lambda:${region}:${accountId}:function:thorbis-prod-monitoring`;
const logGroupArn = `arn:aws:logs:${region}:${accountId}:log-group:/thorbis-prod/monitoring`;
const secretArn = `arn:aws:secretsmanager:${region}:${accountId}:secret:thorbis-prod/monitoring/database-password-AbCdEf`;
const queueArn = `arn:aws:sqs:${region}:${accountId}:thorbis-prod-backup-dead-letters`;
const via = (service: string) => ({ "kms:ViaService": `${service}.${region}.amazonaws.com` });
const stream = `${logGroupArn}:log-stream:1`;

/** Decides a request; the key's own policy delegates the decision to IAM. */
const ask = (request: Request) =>
  decide({
    ...request,
    ...(request.action.startsWith("kms:") && { resourcePolicy: keyPolicyDocument(accountId, region) }),
  });

type Case = [action: string, resource: string, context?: Record<string, string>];

describe("the probe", () => {
  const settings = { region, logGroupArn, secretArn, keyArn, namespace: "thorbis-prod/database" };
  const identity = probePolicy({ ...settings, functionArnInNetwork: undefined });
  const inNetwork = probePolicy({ ...settings, functionArnInNetwork: functionArn });

  it.each<Case>([
    ["logs:PutLogEvents", stream],
    ["secretsmanager:GetSecretValue", secretArn],
    ["cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "thorbis-prod/database" }],
    ["cloudwatch:GetMetricStatistics", "*"],
    ["kms:Decrypt", keyArn, via("secretsmanager")],
  ])("may %s on %s", async (action, resource, context = {}) => {
    expect(await ask({ action, resource, context, identity })).toBe("Allowed");
  });

  it.each<Case>([
    ["logs:PutLogEvents", stream.replace("monitoring", "backup")],
    ["secretsmanager:GetSecretValue", secretArn.replace("monitoring", "backup")],
    ["secretsmanager:PutSecretValue", secretArn],
    ["cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "thorbis-prod/backup" }],
    [
      "cloudwatch:DeleteAlarms",
      `arn:aws:cloudwatch:${region}:${accountId}:alarm:thorbis-prod-monitoring-unreachable`,
    ],
    ["kms:Decrypt", keyArn, via("s3")],
    ["ec2:CreateNetworkInterface", "*"],
    ["lambda:UpdateFunctionCode", functionArn],
  ])("may not %s on %s", async (action, resource, context = {}) => {
    expect(await ask({ action, resource, context, identity })).toBe("ImplicitlyDenied");
  });

  it("is attached to a network by Lambda, and its own code cannot attach interfaces", async () => {
    const action = "ec2:DescribeNetworkInterfaces";
    const byCode = { "lambda:SourceFunctionArn": functionArn };

    expect(await decide({ action, resource: "*", identity: inNetwork })).toBe("Allowed");
    expect(await decide({ action, resource: "*", context: byCode, identity: inNetwork })).toBe(
      "ExplicitlyDenied",
    );
  });
});

describe("its schedule", () => {
  const identity = probeSchedulerPolicy({ region, functionArn, deadLetterQueueArn: queueArn, keyArn });

  it.each<Case>([
    ["lambda:InvokeFunction", functionArn],
    ["sqs:SendMessage", queueArn],
    ["kms:Decrypt", keyArn, via("scheduler")],
    ["kms:GenerateDataKey", keyArn, via("sqs")],
  ])("may %s on %s", async (action, resource, context = {}) => {
    expect(await ask({ action, resource, context, identity })).toBe("Allowed");
  });

  it.each<Case>([
    ["lambda:InvokeFunction", functionArn.replace("prod", "dev")],
    ["lambda:UpdateFunctionCode", functionArn],
    ["sqs:ReceiveMessage", queueArn],
    ["kms:GenerateDataKey", keyArn, via("scheduler")],
  ])("may not %s on %s", async (action, resource, context = {}) => {
    expect(await ask({ action, resource, context, identity })).toBe("ImplicitlyDenied");
  });
});

describe("the trust of the probe's role", () => {
  const resourcePolicy = probeTrust({ accountId, functionArn });
  const everything = policyDocument({ Sid: "Everything", Effect: "Allow", Action: "*", Resource: "*" });
  const assume = (principal: string, sourceArn: string) =>
    decide({
      action: "sts:AssumeRole",
      resource: `arn:aws:iam::${accountId}:role/thorbis-prod-monitoring-probe`,
      principal,
      identity: everything,
      resourcePolicy,
      context: { "aws:SourceAccount": accountId, "aws:SourceArn": sourceArn },
    });

  it("trusts Lambda for exactly this function", async () => {
    expect(await assume("lambda.amazonaws.com", functionArn)).toBe("Allowed");
    expect(await assume("lambda.amazonaws.com", functionArn.replace("monitoring", "other"))).not.toBe(
      "Allowed",
    );
    expect(await assume("ecs-tasks.amazonaws.com", functionArn)).not.toBe("Allowed");
  });
});
