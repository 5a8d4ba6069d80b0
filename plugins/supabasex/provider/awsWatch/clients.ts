import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECRClient } from "@aws-sdk/client-ecr";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { PipesClient } from "@aws-sdk/client-pipes";
import type { Route53Client } from "@aws-sdk/client-route-53";
import type { S3Client } from "@aws-sdk/client-s3";
import type { S3ControlClient, S3ControlClientConfig } from "@aws-sdk/client-s3-control";
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { isPropertyMap, type PropertyMap, type Value } from "../../../provider-host/values";

/** Where S3 keeps the list of the account's multi-region access points. */
const regionOfMultiRegionAccessPoints = "us-west-2";

/** Clients of the services that a watch reads. */
export interface AwsClients {
  readonly s3: S3Client;
  readonly s3Control: S3ControlClient;
  /** In the region that lists multi-region access points. */
  readonly multiRegionS3Control: S3ControlClient;
  readonly iam: IAMClient;
  readonly ecr: ECRClient;
  readonly pipes: PipesClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly alarms: CloudWatchClient;
  readonly events: EventBridgeClient;
  readonly scheduler: SchedulerClient;
  readonly logs: CloudWatchLogsClient;
  readonly ecs: ECSClient;
  readonly kms: KMSClient;
  readonly secrets: SecretsManagerClient;
  /** Only loaded if the stack has a network. */
  readonly ec2: () => Promise<EC2Client>;
  /** Only loaded if the stack has a network. */
  readonly route53: () => Promise<Route53Client>;
  readonly lambda: LambdaClient;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Returns clients with the region, profile and roles of the aws provider. Endpoints and the initial credentials come from the
 * environment. Loads the SDK, because a deployment that watches nothing in AWS does not need it.
 */
export async function connectAws(properties: PropertyMap): Promise<AwsClients> {
  // Suppresses the SDK's announcement of when it drops this Node version, which does not concern the reader of a refresh.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const sdk = await import("./sdk");
  const place = {
    region: String(properties.region),
    ...(typeof properties.profile === "string" && { profile: properties.profile }),
  };
  const credentials = await assumedCredentials(place, properties);
  // Waits as long as AWS asks for if many programs of the account read at the same time.
  const options = { ...place, retryMode: "adaptive", ...(credentials && { credentials }) };
  const isLocal = (process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? "") !== "";
  const s3ControlEndpoint = process.env.AWS_ENDPOINT_URL_S3_CONTROL ?? process.env.AWS_ENDPOINT_URL ?? "";
  const s3ControlIn = (region: string) =>
    new sdk.S3ControlClient({
      ...options,
      region,
      ...(s3ControlEndpoint !== "" && localS3Control(s3ControlEndpoint, region)),
    });
  const network = once(() => import("./networkSdk"));
  return {
    s3Control: s3ControlIn(options.region),
    multiRegionS3Control: s3ControlIn(regionOfMultiRegionAccessPoints),
    iam: new sdk.IAMClient(options),
    ecr: new sdk.ECRClient(options),
    pipes: new sdk.PipesClient(options),
    // Local endpoints have no host name per bucket.
    s3: new sdk.S3Client({ ...options, forcePathStyle: isLocal }),
    sns: new sdk.SNSClient(options),
    sqs: new sdk.SQSClient(options),
    alarms: new sdk.CloudWatchClient(options),
    events: new sdk.EventBridgeClient(options),
    scheduler: new sdk.SchedulerClient(options),
    logs: new sdk.CloudWatchLogsClient(options),
    ecs: new sdk.ECSClient(options),
    kms: new sdk.KMSClient(options),
    secrets: new sdk.SecretsManagerClient(options),
    ec2: once(async () => new (await network()).EC2Client(options)),
    route53: once(async () => new (await network()).Route53Client(options)),
    lambda: new sdk.LambdaClient(options),
  };
}

/** Returns a function that reads once, and then returns the same result. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => {
    found ??= read();
    return found;
  };
}

/**
 * Returns the options of a client of S3's settings of accounts for a local endpoint. AWS has a host name for each account, which a local
 * endpoint does not have.
 */
export function localS3Control(endpoint: string, region: string): S3ControlClientConfig {
  const signing = { signingName: "s3", signingRegion: region, disableDoubleEncoding: true };
  const authSchemes = [{ name: "sigv4", properties: {}, ...signing }];
  return {
    region,
    disableHostPrefix: true,
    endpointProvider: () => ({ url: new URL(endpoint), properties: { authSchemes } }),
  };
}

/** Returns whether a value contains roles to assume. */
export function assumesRoles(assumeRoles: Value | undefined): assumeRoles is Value[] {
  return Array.isArray(assumeRoles) && assumeRoles.length > 0;
}

/** Returns the credentials of the last role of `assumeRoles`, each assumed with those of the one before; undefined without any. */
async function assumedCredentials(
  place: { readonly region: string; readonly profile?: string },
  { assumeRoles }: PropertyMap,
): Promise<Credentials | undefined> {
  if (!assumesRoles(assumeRoles)) return undefined;
  const { AssumeRoleCommand, STSClient } = await import("./sdk");
  let current: Credentials | undefined;
  for (const role of assumeRoles) {
    if (!isPropertyMap(role)) continue;
    const client = new STSClient({ ...place, ...(current && { credentials: current }) });
    const { Credentials: found } = await client.send(
      new AssumeRoleCommand({
        RoleArn: String(role.roleArn),
        RoleSessionName: typeof role.sessionName === "string" ? role.sessionName : "pulumi",
        ...(typeof role.externalId === "string" && { ExternalId: role.externalId }),
      }),
    );
    current = {
      accessKeyId: found?.AccessKeyId ?? "",
      secretAccessKey: found?.SecretAccessKey ?? "",
      ...(found?.SessionToken && { sessionToken: found.SessionToken }),
    };
  }
  return current;
}
