import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { DeleteSecretCommand, RestoreSecretCommand } from "@aws-sdk/client-secrets-manager";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  additions,
  type Clouds,
  changedBy,
  cloudChanges,
  codeChange,
  connectClouds,
  type Deployed,
  deployedInClouds,
  furtherChanges,
  lineFor,
  namesProperty,
  type Places,
  reportedByRefresh,
  reporterOf,
  rowOf,
} from "../support/clouds";
import { createTestStack, type TestStack } from "../support/testStack";

// The whole local stack on the real engine: every resource of AWS and Supabase is changed manually, and then deleted.
// tests/support/clouds lists the changes. All are made before one refresh and one up.
let stack: TestStack;
let clouds: Clouds;

beforeAll(async () => {
  stack = await createTestStack();
  const deployed = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(deployed.exitCode, deployed.output).toBe(0);
  clouds = connectClouds(stack.services);
});

afterAll(async () => {
  await stack?.remove();
});

const refresh = async (...more: string[]) =>
  await stack.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff", ...more);

async function deployedResources(): Promise<Deployed[]> {
  return deployedInClouds((await stack.pulumi("stack", "export")).stdout);
}

/** Returns each resource by name, as its endpoint returns it. ARNs of secrets are without their six random characters. */
async function endpointValues(): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const resource of await deployedResources()) {
    values[resource.name] = await rowOf(cloudChanges, resource).look(clouds, resource);
  }
  return JSON.parse(JSON.stringify(values).replaceAll(/(:secret:[\w/-]+)-\w{6}\b/g, "$1"));
}

/**
 * Expects that `up` restores the values. Any remaining difference would be in the report of the next test, which expects an exact
 * list.
 */
async function expectUpRestores(values: object): Promise<void> {
  const repaired = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(repaired.exitCode, repaired.output).toBe(0);
  expect(await endpointValues()).toEqual(values);
}

test("the tables have a row for every resource, and no row for a missing type", async () => {
  const resources = await deployedResources();

  const rows = new Set(resources.map((resource) => rowOf(cloudChanges, resource)));
  const idle = Object.entries(cloudChanges).filter(([, row]) => !rows.has(row));
  expect(idle.map(([name]) => name)).toEqual([]);
  expect(resources.length).toBeGreaterThan(35);
});

test("resources in the AWS account that the stack does not manage are not drift", async () => {
  const { id: Bucket } = await one("aws:s3/bucket:Bucket");
  const note = { Bucket, Key: "note.txt" };
  const { VersionId } = await clouds.s3.send(new PutObjectCommand({ ...note, Body: "by hand" }));
  await clouds.sqs.send(new CreateQueueCommand({ QueueName: "of-somebody-else" }));
  await clouds.logs.send(new CreateLogGroupCommand({ logGroupName: "/of-somebody-else" }));

  const result = await refresh();

  expect(result.exitCode, result.output).toBe(0);
  await clouds.s3.send(new DeleteObjectCommand({ ...note, VersionId }));
});

test("additions to project and account outside of the stack are reported, with their severity, until they are undone", async () => {
  const project = `/projects/${(await one("supabase:index/project:Project")).id}`;
  await clouds.supabase("POST", `${project}/secrets`, [{ name: "OF_SOMEBODY_ELSE", value: "by hand" }]);
  await clouds.supabase("PATCH", `${project}/config/auth`, { sms_test_otp: "15551234567=123456" });
  const places = await placesInAws();
  for (const addition of additions) await addition.add(clouds, places);

  const result = await refresh();

  expect(result.exitCode, result.output).toBe(7);
  expect(result.output).toMatch(/extra {4}function secret OF_SOMEBODY_ELSE: added: value [0-9a-f]{8}\n/);
  expect(result.output).toContain("opens    auth setting sms_test_otp: off → 15551234567=123456");
  for (const addition of additions) expect(result.output).toContain(lineFor(addition, places));
  for (const addition of additions) await addition.remove(clouds, places);
  await clouds.supabase("DELETE", `${project}/secrets`, ["OF_SOMEBODY_ELSE"]);
  await clouds.supabase("PATCH", `${project}/config/auth`, { sms_test_otp: "" });
  const undone = await refresh();
  expect(undone.exitCode, undone.output).toBe(0);
});

test("other code in the probe is reported until the function is deleted and up creates it again", async () => {
  const onlyProbe = ["--target", "**lambda/function**", "--target", "**AwsWatch**"];
  const { functionName } = await placesInAws();
  await codeChange.change(clouds, functionName);

  const result = await refresh(...onlyProbe);

  expect(result.exitCode, result.output).toBe(7);
  expect(result.output).toContain(codeChange.reports.replace("$functionName", functionName));
  await clouds.lambda.send(new DeleteFunctionCommand({ FunctionName: functionName }));
  const up = await stack.pulumi("up", "--yes", "--skip-preview", ...onlyProbe);
  expect(up.exitCode, up.output).toBe(0);
  const undone = await refresh(...onlyProbe);
  expect(undone.exitCode, undone.output).toBe(0);
});

test("after a manual change of one property each, refresh names all of them, and up resets them", async () => {
  const before = await endpointValues();
  const changed = (await deployedResources()).flatMap((resource) => {
    const row = rowOf(cloudChanges, resource);
    return "change" in row ? [{ resource, row }] : [];
  });
  for (const { resource, row } of changed) await row.change(clouds, resource);
  const after = await endpointValues();
  for (const change of furtherChanges)
    await change.change(clouds, changedBy(change, await deployedResources()));
  const differing = Object.keys(before).filter((name) => !same(before[name], after[name]));
  expect(differing.sort()).toEqual(changed.map(({ resource }) => resource.name).sort());

  const drifted = await refresh();

  expect(drifted.exitCode, drifted.output).toBe(7);
  const reported = reportedByRefresh(drifted.output);
  for (const { resource, row } of changed) {
    const report = reported.get(resource.urn);
    expect(report, `${resource.name} in ${drifted.output}`).toBeDefined();
    for (const property of row.reports) {
      expect(
        report && namesProperty(report, property),
        `${resource.name} ${property} in ${report?.text}`,
      ).toBe(true);
    }
  }
  const resources = await deployedResources();
  for (const change of furtherChanges) {
    const report = reported.get(reporterOf(change, resources).urn);
    for (const property of change.reports) {
      expect(report && namesProperty(report, property), `${change.name} in ${report?.text}`).toBe(true);
    }
    for (const text of change.shows ?? []) expect(report?.text, change.name).toContain(text);
  }
  const urns = new Set([
    ...changed.map(({ resource }) => resource.urn),
    ...furtherChanges.map((change) => reporterOf(change, resources).urn),
  ]);
  expect([...reported.keys()].sort()).toEqual([...urns].sort());

  await expectUpRestores(before);
});

test("after a manual deletion of resources without contents, refresh names all of them, and up recreates them", async () => {
  await deleteByHand((takes) => takes.length === 0);
});

test("after a manual deletion of resources with their contents, refresh names all of them, and up recreates them", async () => {
  await deleteByHand((takes) => takes.length > 0);
});

test("for a secret that is scheduled for deletion, up names the command, and then takes over the restored secret", async () => {
  const { id: SecretId } = await one("aws:secretsmanager/secret:Secret");
  await clouds.secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));

  const stopped = await stack.pulumi("up", "--yes", "--skip-preview");
  const command = `aws secretsmanager restore-secret --secret-id ${SecretId}`;
  expect(stopped.exitCode, stopped.output).not.toBe(0);
  expect(stopped.output).toContain(command);

  await clouds.secrets.send(new RestoreSecretCommand({ SecretId }));
  const up = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.output).toBe(0);
  expect((await one("aws:secretsmanager/secret:Secret")).id).toBe(SecretId);
});

test("afterwards there is nothing to report", async () => {
  const result = await refresh();

  expect(result.exitCode, result.output).toBe(0);
});

async function deleteByHand(isMeant: (takes: readonly string[]) => boolean): Promise<void> {
  const before = await endpointValues();
  const resources = await deployedResources();
  const expected = new Map<string, "update" | "delete">();
  const taken = new Set<string>();
  for (const resource of resources) {
    const { deletion } = rowOf(cloudChanges, resource);
    if ("none" in deletion || !isMeant(deletion.takes ?? [])) continue;
    await deletion.remove(clouds, resource);
    expected.set(resource.urn, deletion.reportedAs ?? "delete");
    for (const type of deletion.takes ?? []) taken.add(type);
    for (const { type, urn } of resources) {
      if (deletion.noticedBy?.includes(type)) expected.set(urn, "update");
    }
  }
  for (const { type, urn } of resources) if (taken.has(type)) expected.set(urn, "delete");

  const drifted = await refresh();

  expect(drifted.exitCode, drifted.output).toBe(7);
  const reported = reportedByRefresh(drifted.output);
  expect(Object.fromEntries([...reported].map(([urn, { kind }]) => [urn, kind]))).toEqual(
    Object.fromEntries(expected),
  );

  await expectUpRestores(before);
}

async function placesInAws(): Promise<Places> {
  const topicArn = (await one("aws:sns/topic:Topic")).id;
  const queueUrl = (await one("aws:sqs/queue:Queue")).id;
  return {
    bucket: (await one("aws:s3/bucket:Bucket")).id,
    topicArn,
    rule: (await one("aws:cloudwatch/eventRule:EventRule")).id,
    scheduleGroup: (await one("aws:scheduler/scheduleGroup:ScheduleGroup")).id,
    logGroup: (await one("aws:cloudwatch/logGroup:LogGroup")).id,
    taskDefinitionArn: (await one("aws:ecs/taskDefinition:TaskDefinition")).text("arn"),
    functionName: (await one("aws:lambda/function:Function")).id,
    alarmName: (await one("aws:cloudwatch/metricAlarm:MetricAlarm")).id,
    queueUrl,
    queueName: String(queueUrl.split("/").at(-1)),
    clusterArn: (await one("aws:ecs/cluster:Cluster")).id,
    roleName: (await one("aws:iam/role:Role")).id,
    roleArn: `arn:aws:iam::${topicArn.split(":")[4]}:role/of-somebody-else`,
  };
}

/** Returns a resource of a type, the first by URN: the state has them in the order in which they were created. */
async function one(type: string): Promise<Deployed> {
  const [found] = (await deployedResources())
    .filter((resource) => resource.type === type)
    .sort((a, b) => (a.urn < b.urn ? -1 : 1));
  if (found === undefined) throw new Error(`the stack has no ${type}`);
  return found;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
