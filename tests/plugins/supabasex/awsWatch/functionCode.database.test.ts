import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsService, startAws } from "../../../../emulators/aws";
import { zipOf } from "../../../../fakes/aws/lambda/zip";
import type { CallContext } from "../../../../plugins/provider-host/provider";
import { isPropertyMap, type PropertyMap } from "../../../../plugins/provider-host/values";
import { awsWatch } from "../../../../plugins/supabasex/provider/awsWatch/resource";
import { archiveOf } from "../../../fakes/aws/cases/case";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis code "));
const variables = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
const saved = variables.map((name) => [name, process.env[name]] as const);
const FunctionName = "shop-monitoring";
let service: AwsService;
let lambda: LambdaClient;
let Role: string | undefined;

beforeAll(async () => {
  service = await startAws({ directory });
  const { region, endpoint, accessKey, secretKey } = service;
  process.env.AWS_ENDPOINT_URL = endpoint;
  process.env.AWS_ACCESS_KEY_ID = accessKey;
  process.env.AWS_SECRET_ACCESS_KEY = secretKey;
  lambda = new LambdaClient({ region });
  const role = { RoleName: "probe", AssumeRolePolicyDocument: "{}" };
  Role = (await new IAMClient({ region }).send(new CreateRoleCommand(role))).Role?.Arn;
  await createFunction("first");
});
afterAll(async () => {
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await service?.stop();
  rmSync(directory, { recursive: true });
});

const zip = async (code: string) => await zipOf(archiveOf(`exports.handler = () => "${code}";`, code));
const createFunction = async (code: string) =>
  await lambda.send(
    new CreateFunctionCommand({
      ...{ FunctionName, Role, Runtime: "nodejs22.x", Handler: "index.handler" },
      Code: { ZipFile: await zip(code) },
    }),
  );
const deploy = async (code: string) =>
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await zip(code) }));

const context = { signal: new AbortController().signal, log: () => {} } as unknown as CallContext;
const inputsFor = (program: string | undefined, accept: string[] = []): PropertyMap => ({
  region: "us-east-1",
  declared: {
    ...{ bucket: "shop-backups", scheduleGroup: "shop", cluster: "shop", secret: "shop" },
    ...(program !== undefined && { functionPrograms: { [FunctionName]: program } }),
  },
  accept,
});
/** Returns what the watch reports about the function's code. */
const reported = (outputs: PropertyMap | undefined) =>
  isPropertyMap(outputs?.live) ? outputs.live[`function code ${FunctionName}`] : undefined;
const created = async (inputs: PropertyMap) =>
  (await awsWatch.create({ inputs, preview: false, urn: "", timeoutSeconds: 0 } as never, context)).outputs;
const refreshed = async (outputs: PropertyMap, inputs: PropertyMap) =>
  (await awsWatch.read?.({ id: "shop-backups", inputs, outputs } as never, context))?.outputs ?? {};
const updated = async (oldOutputs: PropertyMap, inputs: PropertyMap) =>
  (await awsWatch.update?.({ oldOutputs, inputs, preview: false } as never, context))?.outputs ?? {};

test("other code is reported until it is replaced, a deployment of a new program is not, and a deletion is left to the function", async () => {
  const first = await created(inputsFor("1"));
  expect(reported(first)).toBeUndefined();
  expect(reported(await refreshed(first, inputsFor("1")))).toBeUndefined();

  await deploy("of somebody else");

  const changed = await refreshed(first, inputsFor("1"));
  expect(reported(changed)).toMatch(/^sha256 \S+ → sha256 \S+ \[opens\]$/);
  // A deployment that deploys no new code keeps what it compares with.
  const kept = await updated(changed, inputsFor("1"));
  expect(reported(kept)).toEqual(reported(changed));

  await deploy("first");
  expect(reported(await refreshed(kept, inputsFor("1")))).toBeUndefined();

  await deploy("second");
  const second = await updated(kept, inputsFor("2"));
  expect(reported(second)).toBeUndefined();
  await deploy("first");
  expect(reported(await refreshed(second, inputsFor("2")))).toMatch(/\[opens\]$/);

  await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  expect(reported(await refreshed(second, inputsFor("2")))).toBeUndefined();
  await createFunction("of somebody else");
  expect(reported(await refreshed(second, inputsFor("2")))).toMatch(/\[opens\]$/);
});

test("a stack of an older version takes the code over in its next deployment", async () => {
  const old = await created(inputsFor(undefined));
  expect(reported(await refreshed(old, inputsFor(undefined)))).toBeUndefined();

  const next = await updated(old, inputsFor("1"));

  expect(reported(next)).toBeUndefined();
  await deploy("of another owner");
  expect(reported(await refreshed(next, inputsFor("1")))).toMatch(/\[opens\]$/);
});
