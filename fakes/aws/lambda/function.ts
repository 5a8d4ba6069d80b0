import {
  type Architecture,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  type LoggingConfig,
  PutFunctionConcurrencyCommand,
  type Runtime,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { differences } from "../../../plugins/provider-host/diff";
import type { Archive } from "../../../plugins/provider-host/values";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, number, requiredText, structure } from "../properties";
import { zipOf } from "./zip";

type FunctionState = {
  name: string;
  description?: string;
  role: string;
  handler: string;
  runtime: string;
  code: Archive;
  architectures?: string[];
  environment?: { variables?: Record<string, string> };
  loggingConfig?: { logFormat: string; logGroup?: string };
  layers?: string[];
  memorySize: number;
  reservedConcurrentExecutions: number;
  timeout: number;
  vpcConfig?: { subnetIds: string[]; securityGroupIds: string[] };
  arn: string;
  codeSha256: string;
  invokeArn: string;
  qualifiedArn: string;
  qualifiedInvokeArn: string;
  responseStreamingInvokeArn: string;
  version: string;
  lastModified: string;
  sourceCodeHash: string;
  sourceCodeSize: number;
  signingJobArn: string;
  signingProfileVersionArn: string;
  ephemeralStorage: { size: number };
  tracingConfig: { mode: string };
  region: string;
};

/** The official plugin's value of a function that may run as often as the account allows. */
const unreserved = -1;

export const missingFunction = "ResourceNotFoundException";

/** A function whose code is an archive. Its id is its name. As with the official plugin, a refresh does not read the code. */
export const lambdaFunction = resource<Aws, FunctionState>({
  autoname: { maxLength: 64 },
  inputs: {
    name: fixedText,
    description: { type: "string" },
    role: requiredText,
    handler: requiredText,
    runtime: requiredText,
    code: { type: "archive", required: true },
    architectures: { type: "list", computed: true },
    environment: structure("map"),
    // moto accepts it but does not return it.
    loggingConfig: structure("map", { computed: true }),
    layers: structure("list"),
    memorySize: number(128),
    reservedConcurrentExecutions: number(unreserved),
    timeout: number(3),
    vpcConfig: structure("map"),
  },
  outputs: {
    arn: {},
    codeSha256: { volatile: true },
    invokeArn: {},
    qualifiedArn: {},
    qualifiedInvokeArn: {},
    responseStreamingInvokeArn: {},
    version: {},
    lastModified: { volatile: true },
    sourceCodeHash: { volatile: true },
    sourceCodeSize: { volatile: true },
    signingJobArn: {},
    signingProfileVersionArn: {},
    ephemeralStorage: {},
    tracingConfig: {},
    region: {},
  },

  async create(aws, state, { signal }) {
    await aws.use("lambda").send(
      new CreateFunctionCommand({
        FunctionName: state.name,
        Code: { ZipFile: await zipOf(state.code) },
        ...settingsOf(state),
        Architectures: state.architectures as Architecture[] | undefined,
      }),
      { abortSignal: signal },
    );
    if (state.reservedConcurrentExecutions !== unreserved) await reserve(aws, state, signal);
    return { id: state.name };
  },

  async read(aws, id, known, { signal }) {
    const found = await unlessMissing(
      aws
        .use("lambda")
        .send(new GetFunctionConfigurationCommand({ FunctionName: id }), { abortSignal: signal }),
      missingFunction,
    );
    if (found === undefined) return undefined;
    const { ReservedConcurrentExecutions } = await aws
      .use("lambda")
      .send(new GetFunctionConcurrencyCommand({ FunctionName: id }), { abortSignal: signal });
    const { Environment, LoggingConfig, VpcConfig } = found;
    const subnetIds = VpcConfig?.SubnetIds ?? [];
    return {
      id,
      state: {
        name: id,
        description: found.Description ?? "",
        role: found.Role ?? "",
        handler: found.Handler ?? "",
        runtime: found.Runtime ?? "",
        ...(known.code !== undefined && { code: known.code }),
        architectures: found.Architectures ?? ["x86_64"],
        environment: { variables: Environment?.Variables ?? {} },
        ...(LoggingConfig !== undefined && { loggingConfig: loggingOf(LoggingConfig) }),
        layers: (found.Layers ?? []).map(({ Arn }) => Arn ?? ""),
        memorySize: found.MemorySize ?? 128,
        reservedConcurrentExecutions: ReservedConcurrentExecutions ?? unreserved,
        timeout: found.Timeout ?? 3,
        ...(subnetIds.length > 0 && {
          vpcConfig: { subnetIds, securityGroupIds: VpcConfig?.SecurityGroupIds ?? [] },
        }),
        ...arnsOf(aws, found.FunctionArn ?? ""),
        version: "$LATEST",
        codeSha256: found.CodeSha256 ?? "",
        sourceCodeHash: found.CodeSha256 ?? "",
        sourceCodeSize: found.CodeSize ?? 0,
        lastModified: found.LastModified ?? "",
        signingJobArn: found.SigningJobArn ?? "",
        signingProfileVersionArn: found.SigningProfileVersionArn ?? "",
        ephemeralStorage: { size: found.EphemeralStorage?.Size ?? 512 },
        tracingConfig: { mode: found.TracingConfig?.Mode ?? "PassThrough" },
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const lambda = aws.use("lambda");
    const options = { abortSignal: signal };
    if (differences(before.code, after.code).length > 0)
      await lambda.send(
        new UpdateFunctionCodeCommand({ FunctionName: id, ZipFile: await zipOf(after.code) }),
        options,
      );
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: id, ...settingsOf(after) }),
      options,
    );
    if (before.reservedConcurrentExecutions !== after.reservedConcurrentExecutions) {
      await reserve(aws, after, signal);
    }
  },

  async delete(aws, id, _state, { signal }) {
    await unlessMissing(
      aws.use("lambda").send(new DeleteFunctionCommand({ FunctionName: id }), { abortSignal: signal }),
      missingFunction,
    );
  },
});

/** Sets how many calls of the function may run at the same time. */
async function reserve(
  aws: Aws,
  { name: FunctionName, reservedConcurrentExecutions }: FunctionState,
  abortSignal: AbortSignal,
): Promise<void> {
  const lambda = aws.use("lambda");
  if (reservedConcurrentExecutions === unreserved) {
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }), { abortSignal });
    return;
  }
  await lambda.send(
    new PutFunctionConcurrencyCommand({
      FunctionName,
      ReservedConcurrentExecutions: reservedConcurrentExecutions,
    }),
    { abortSignal },
  );
}

function settingsOf(state: FunctionState) {
  const { loggingConfig, vpcConfig } = state;
  return {
    Description: state.description ?? "",
    Role: state.role,
    Handler: state.handler,
    Runtime: state.runtime as Runtime,
    Environment: { Variables: state.environment?.variables ?? {} },
    Layers: state.layers ?? [],
    MemorySize: state.memorySize,
    Timeout: state.timeout,
    ...(loggingConfig !== undefined && {
      LoggingConfig: {
        LogFormat: loggingConfig.logFormat as LoggingConfig["LogFormat"],
        LogGroup: loggingConfig.logGroup,
      },
    }),
    VpcConfig: { SubnetIds: vpcConfig?.subnetIds ?? [], SecurityGroupIds: vpcConfig?.securityGroupIds ?? [] },
  };
}

/** Returns the ARNs with which the function and other services call it. */
function arnsOf({ region }: Aws, arn: string) {
  const by = (target: string, call: string, date: string) =>
    `arn:aws:apigateway:${region}:lambda:path/${date}/functions/${target}/${call}`;
  const qualifiedArn = `${arn}:$LATEST`;
  return {
    arn,
    qualifiedArn,
    invokeArn: by(arn, "invocations", "2015-03-31"),
    qualifiedInvokeArn: by(qualifiedArn, "invocations", "2015-03-31"),
    responseStreamingInvokeArn: by(arn, "response-streaming-invocations", "2021-11-15"),
  };
}

function loggingOf({ LogFormat, LogGroup }: LoggingConfig): { logFormat: string; logGroup?: string } {
  return { logFormat: LogFormat ?? "Text", ...(LogGroup !== undefined && { logGroup: LogGroup }) };
}
