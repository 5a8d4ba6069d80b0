import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessLogsPolicy } from "../../../components/accessLogs/policy";
import { type AwsService, startAws } from "../../../emulators/aws";
import { Aws } from "../../../fakes/aws/client";
import { aws as table } from "../../../fakes/aws/table";
import type { JsonObject } from "../../../foundation/json";
import { awsFinders } from "../../../ops/recover/aws";
import { type PropertyMap, reveal, Secret } from "../../../plugins/provider-host/values";
import { cases } from "./cases";
import { archiveOf } from "./cases/case";
import {
  context,
  create,
  diff,
  drift,
  imported,
  type Made,
  provider,
  refreshed,
  remove,
  repair,
  update,
} from "./subject";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis aws "));
const world = new Map<string, Made>();
let service: AwsService;
let aws: Aws;

beforeAll(async () => {
  service = await startAws({ directory });
  const { region, accessKey, secretKey, endpoint } = service;
  const everywhere = Object.fromEntries(
    [
      "s3",
      "kms",
      "resourcegroupstaggingapi",
      "iam",
      "sts",
      "ecr",
      "ecs",
      "ec2",
      "scheduler",
      "secretsmanager",
      "sqs",
      "sns",
      "logs",
      "cloudwatch",
      "events",
      "lambda",
    ].map((name) => [name, endpoint]),
  );
  const config = { region, accessKey, secretKey: new Secret(secretKey), endpoints: [everywhere] };
  await provider.configure?.(config, context);
  aws = new Aws({ region, accessKey, secretKey, endpoints: [everywhere] });
  // The versioned bucket for the case that suspends versioning, which object lock would refuse.
  await aws.use("s3").send(new CreateBucketCommand({ Bucket: "specimen-versioned" }));
  // The bucket for access logs, to which S3 must be allowed to write.
  await aws.use("s3").send(new CreateBucketCommand({ Bucket: "specimen-records" }));
  const Policy = JSON.stringify(
    accessLogsPolicy({
      bucketArn: "arn:aws:s3:::specimen-records",
      sourceArn: "arn:aws:s3:::specimen-bucket",
      accountId: "123456789012",
    }),
  );
  await aws.use("s3").send(new PutBucketPolicyCommand({ Bucket: "specimen-records", Policy }));
});
afterAll(async () => {
  await service?.stop();
  rmSync(directory, { recursive: true });
});

it("has a case for every type of its table", () => {
  expect(cases.map(({ token }) => token).sort()).toEqual(Object.keys(table.resources).sort());
});

// In sequence: each case uses the resources of those before it.
describe.each(cases)("$token", ({ token, inputs, changeManually, found }) => {
  const kind = token.slice(token.lastIndexOf(":") + 1);
  let made: Made;

  it("is created, and a refresh finds no change", async () => {
    made = await create(token, inputs(world));
    world.set(kind, { ...made, outputs: { ...made.outputs, id: made.id } });

    expect(await drift(made)).toEqual({});
    expect(await diff(made, made.inputs)).toEqual({});
  });

  it("is imported if the id identifies it", async () => {
    const importId: Record<string, string> = {
      LogMetricFilter: "/specimen/backup:specimen",
      EventTarget: "specimen/topic",
      RouteTableAssociation: `${String(made.outputs.subnetId)}/${String(made.outputs.routeTableId)}`,
    };
    const found = await imported({ ...made, id: importId[kind] ?? made.id });

    expect(found).toBeDefined();
    expect(await diff({ ...made, inputs: found ?? {} }, made.inputs)).toEqual({});
  });

  it("accepts tags, detects changes to them, and removes them", async () => {
    const inputs = table.resources[token]?.inputs ?? {};
    if (!("tags" in inputs)) return;
    const tagged = await update(made, { ...made.inputs, tags: { Owner: "one", Kept: "yes" } });
    expect(reveal(tagged.outputs.tagsAll ?? null)).toEqual({ Owner: "one", Kept: "yes" });
    const foreign = await update(made, { ...made.inputs, tags: { Owner: "two", Kept: "yes" } });

    expect(await drift({ ...foreign, inputs: tagged.inputs })).toEqual({ "tags.Owner": "update" });
    const bare = await update(foreign, made.inputs);

    expect(reveal(bare.outputs.tagsAll ?? null)).toEqual(made.inputs.tags ?? {});
    expect(await drift(made)).toEqual({});
  });

  it("is repaired after a manual change, which is detected by name", async () => {
    await changeManually(aws, made.id, made.outputs);

    expect(await drift(made)).toEqual(found);
    const repaired = await repair(made);
    world.set(kind, { ...repaired, outputs: { ...repaired.outputs, id: repaired.id } });
    expect(await drift(repaired)).toEqual({});
  });
});

it("looks up resources in another region, and finds a killed run's copies there", async () => {
  const there = aws.inRegion("us-west-2").use("kms");
  const { KeyMetadata } = await there.send(
    new CreateKeyCommand({ Description: "Copies", Tags: [{ TagKey: "copies", TagValue: "yes" }] }),
  );
  const keyId = KeyMetadata?.KeyId ?? "";
  const call = async (token: string, args: JsonObject) =>
    JSON.stringify(await table.functions?.[token]?.call(aws, args, context));
  const tagged = "aws:resourcegroupstaggingapi/getResources:getResources";
  const find = awsFinders({
    ...{ region: service.region, replicaRegion: "us-west-2", endpoint: service.endpoint },
    credentials: { accessKeyId: service.accessKey, secretAccessKey: service.secretKey },
  })["aws:kms/key:Key"];
  const pending = (component: string) => ({
    urn: `urn:pulumi:prod::thorbis-supabase::thorbis:components:${component}$aws:kms/key:Key::key`,
    type: "aws:kms/key:Key",
    inputs: { description: "Copies" },
  });

  const filter = { tagFilters: [{ key: "copies" }] };
  expect(await call(tagged, { ...filter, region: "us-west-2" })).toContain(keyId);
  expect(await call(tagged, filter)).not.toContain(keyId);
  expect(await call("aws:kms/getKey:getKey", { keyId, region: "us-west-2" })).toContain('"Enabled"');
  await expect(call("aws:kms/getKey:getKey", { keyId })).rejects.toThrow();
  expect(await find?.(pending("BackupReplica"))).toBe(keyId);
  expect(await find?.(pending("BackupBucket"))).toBeUndefined();
});

it("supports tags if AWS does", () => {
  const taggable = Object.entries(table.resources).filter(([, { inputs }]) => "tags" in inputs);
  expect(taggable).toHaveLength(26);
});

it("is found by its inputs if a killed run created it and a second creation fails or must not happen", async () => {
  const finders = awsFinders({
    region: service.region,
    endpoint: service.endpoint,
    s3Endpoint: service.endpoint,
    credentials: { accessKeyId: service.accessKey, secretAccessKey: service.secretKey },
  });
  expect(Object.keys(finders)).toHaveLength(20);
  for (const [token, find] of Object.entries(finders)) {
    const made = world.get(token.slice(token.lastIndexOf(":") + 1)) as Made;
    // The stack names the network; the case leaves the choice to the plugin.
    const { vpcId } = made.outputs;
    const inputs = reveal({ ...made.inputs, ...(vpcId !== undefined && { vpcId }) }) as JsonObject;
    const tags = { Name: "another", "thorbis:stack": "specimen" };
    const another = {
      ...inputs,
      tags,
      name: "another",
      bucket: "another",
      description: "Another",
      subnetId: "another",
    };

    // The plugin imports a cluster by its name and then uses its ARN as the id. It imports an association by its two parts.
    const idOf: Readonly<Record<string, unknown>> = {
      "aws:ecs/cluster:Cluster": inputs.name,
      "aws:ec2/routeTableAssociation:RouteTableAssociation": `${inputs.subnetId}/${inputs.routeTableId}`,
    };
    const id = idOf[token] ?? made.id;
    expect(await find({ urn: "", type: token, inputs }), token).toBe(id);
    expect(await find({ urn: "", type: token, inputs: another }), token).toBeUndefined();
  }
});

it("keeps the value of a secret marked as secret, also after a refresh", async () => {
  const version = world.get("SecretVersion") as Made;
  const now = await refreshed(version);

  expect(now?.outputs.secretString).toBeInstanceOf(Secret);
  expect(reveal(now?.outputs.secretString ?? null)).toBe("canary-in-secret-string");
  expect(JSON.stringify(now)).not.toContain("canary");
});

it("is replaced if the service cannot change it", async () => {
  const changes: readonly [string, PropertyMap, Record<string, string>][] = [
    ["Bucket", { bucket: "other" }, { bucket: "update-replace" }],
    ["Bucket", { objectLockEnabled: false }, { objectLockEnabled: "update-replace" }],
    ["Queue", { name: "other" }, { name: "update-replace" }],
    ["TaskDefinition", { cpu: "512" }, { cpu: "update-replace" }],
    ["SecurityGroup", { description: "other" }, { description: "update-replace" }],
    ["SecretVersion", { secretString: new Secret("next") }, { secretString: "update-replace" }],
    ["Schedule", { groupName: "other" }, { groupName: "update-replace" }],
    ["Schedule", { state: "DISABLED" }, { state: "update" }],
  ];
  for (const [kind, change, expected] of changes) {
    const made = world.get(kind) as Made;
    expect(await diff(made, { ...made.inputs, ...change }), kind).toEqual(expected);
  }
});

it("supports the functions that components call", async () => {
  const invoke = async (token: string, args: PropertyMap) =>
    (await provider.invoke?.({ token, args, preview: true }, context))?.result;

  expect(await invoke("aws:index/getCallerIdentity:getCallerIdentity", {})).toMatchObject({
    accountId: "123456789012",
  });
  expect(await invoke("aws:index/getRegion:getRegion", {})).toMatchObject({ region: "us-east-1" });
  const vpc = await invoke("aws:ec2/getVpc:getVpc", { default: true });
  expect(vpc).toMatchObject({ default: true, id: expect.stringMatching(/^vpc-/) });
  const subnets = await invoke("aws:ec2/getSubnets:getSubnets", {
    filters: [{ name: "vpc-id", values: [vpc?.id ?? ""] }],
  });
  expect(subnets?.ids).toHaveLength(6);
  await expect(invoke("aws:iam/getRole:getRole", { name: "nobody" })).rejects.toThrow(
    "couldn't find resource",
  );
});

it("deploys changed code of a function, and skips code with the same hash", async () => {
  const made = world.get("Function") as Made;
  const withCode = (text: string, hash: string) => ({ ...made.inputs, code: archiveOf(text, hash) });

  expect(await diff(made, withCode("exports.handler = 1;", "one"))).toEqual({});
  expect(await diff(made, withCode("exports.handler = 2;", "two"))).toEqual({ code: "update" });
  const changed = await update(made, withCode("exports.handler = 2;", "two"));

  expect(changed.outputs.codeSha256).not.toBe(made.outputs.codeSha256);
  expect(await drift(changed)).toEqual({});
  const back = await update(changed, made.inputs);
  // The same files always give the same bytes.
  expect(back.outputs.codeSha256).toBe(made.outputs.codeSha256);
});

it("names the service and the operation that failed", async () => {
  await expect(
    create("aws:iam/rolePolicy:RolePolicy", { name: "p", role: "nobody", policy: "{}" }),
  ).rejects.toThrow(/^AWS iam PutRolePolicy: NoSuchEntity/);
});

it("can be deleted twice", async () => {
  for (const { token } of [...cases].reverse()) {
    const made = world.get(token.slice(token.lastIndexOf(":") + 1)) as Made;
    await remove(made);
    await remove(made);
    // These remain with their parents: versioning of a bucket can only be suspended, and object lock only emptied. The policies
    // that a role may have belong to the role, and a default security group belongs to its network.
    const lasting =
      /BucketVersioning|BucketObjectLock|SecretVersion|TopicPolicy$|Exclusive$|DefaultSecurityGroup$|Notification$/.test(
        token,
      );
    if (!lasting) expect(await drift(made), token).toBe("gone");
  }
});
