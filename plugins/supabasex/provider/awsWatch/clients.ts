import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { isPropertyMap, type PropertyMap } from "../../../provider-host/values";

/** Clients of the services that a watch reads. */
export interface AwsClients {
  readonly s3: S3Client;
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
  const options = { ...place, ...(credentials && { credentials }) };
  const isLocal = (process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? "") !== "";
  let ec2: Promise<EC2Client> | undefined;
  return {
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
    ec2: () => {
      ec2 ??= import("./networkSdk").then(({ EC2Client: Client }) => new Client(options));
      return ec2;
    },
    lambda: new sdk.LambdaClient(options),
  };
}

/** Returns the credentials of the last role of `assumeRoles`, each assumed with those of the one before; undefined without any. */
async function assumedCredentials(
  place: { readonly region: string; readonly profile?: string },
  { assumeRoles }: PropertyMap,
): Promise<Credentials | undefined> {
  if (!Array.isArray(assumeRoles) || assumeRoles.length === 0) return undefined;
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
