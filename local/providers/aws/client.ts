import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECS } from "@aws-sdk/client-ecs";
import type { EventBridge } from "@aws-sdk/client-eventbridge";
import type { IAM } from "@aws-sdk/client-iam";
import type { KMS } from "@aws-sdk/client-kms";
import type { S3 } from "@aws-sdk/client-s3";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { SNS } from "@aws-sdk/client-sns";
import type { SQS } from "@aws-sdk/client-sqs";
import type { STS } from "@aws-sdk/client-sts";
import { UserError } from "../../../foundation/userError";
import { AwsError } from "./errors";

/** The provider's configuration, under the names that the real plugin has for it. */
export interface ProviderConfig {
  readonly region?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly token?: string;
  /** Service → URL, all maps merged. */
  readonly endpoints?: readonly Readonly<Record<string, string>>[];
  readonly s3UsePathStyle?: boolean;
}

interface Clients {
  s3: S3;
  kms: KMS;
  iam: IAM;
  sts: STS;
  ecs: ECS;
  ec2: EC2;
  scheduler: Scheduler;
  secretsmanager: SecretsManager;
  sqs: SQS;
  sns: SNS;
  logs: CloudWatchLogs;
  cloudwatch: CloudWatch;
  events: EventBridge;
}
type Service = keyof Clients;

interface ClientOptions {
  readonly region: string;
  readonly endpoint: string;
  readonly forcePathStyle: boolean;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Loaded when first used: a preview that meets no queue does not wait for the client of SQS. */
const load: { readonly [Name in Service]: (options: ClientOptions) => Promise<Clients[Name]> } = {
  s3: async (options) => new (await import("@aws-sdk/client-s3")).S3(options),
  kms: async (options) => new (await import("@aws-sdk/client-kms")).KMS(options),
  iam: async (options) => new (await import("@aws-sdk/client-iam")).IAM(options),
  sts: async (options) => new (await import("@aws-sdk/client-sts")).STS(options),
  ecs: async (options) => new (await import("@aws-sdk/client-ecs")).ECS(options),
  ec2: async (options) => new (await import("@aws-sdk/client-ec2")).EC2(options),
  scheduler: async (options) => new (await import("@aws-sdk/client-scheduler")).Scheduler(options),
  secretsmanager: async (options) =>
    new (await import("@aws-sdk/client-secrets-manager")).SecretsManager(options),
  sqs: async (options) => new (await import("@aws-sdk/client-sqs")).SQS(options),
  sns: async (options) => new (await import("@aws-sdk/client-sns")).SNS(options),
  logs: async (options) => new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogs(options),
  cloudwatch: async (options) => new (await import("@aws-sdk/client-cloudwatch")).CloudWatch(options),
  events: async (options) => new (await import("@aws-sdk/client-eventbridge")).EventBridge(options),
};

/** AWS_ENDPOINT_URL_<this> is what every SDK and the real plugin look for. */
const environmentNames: Readonly<Record<Service, string>> = {
  s3: "S3",
  kms: "KMS",
  iam: "IAM",
  sts: "STS",
  ecs: "ECS",
  ec2: "EC2",
  scheduler: "SCHEDULER",
  secretsmanager: "SECRETS_MANAGER",
  sqs: "SQS",
  sns: "SNS",
  logs: "CLOUDWATCH_LOGS",
  cloudwatch: "CLOUDWATCH",
  events: "EVENTBRIDGE",
};

/** The local AWS, as one account and region of it. */
export class Aws {
  readonly region: string;
  readonly #clients = new Map<Service, Promise<Clients[Service]>>();
  #account: Promise<string> | undefined;

  constructor(
    private readonly config: ProviderConfig,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {
    const region = config.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
    if (!region) {
      throw new UserError("The aws provider has no region: set it with `pulumi config set aws:region`.");
    }
    this.region = region;
  }

  /** The client of a service, made when first asked for. */
  async use<Name extends Service>(service: Name): Promise<Clients[Name]> {
    let client = this.#clients.get(service);
    if (client === undefined) {
      client = this.#connect(service);
      this.#clients.set(service, client);
    }
    return (await client) as Clients[Name];
  }

  async accountId(): Promise<string> {
    this.#account ??= this.use("sts").then(async (sts) => (await sts.getCallerIdentity({})).Account ?? "");
    return await this.#account;
  }

  async #connect<Name extends Service>(service: Name): Promise<Clients[Name]> {
    const client = await load[service]({
      region: this.region,
      endpoint: this.#endpoint(service),
      // Local endpoints have no names for buckets.
      forcePathStyle: this.config.s3UsePathStyle ?? true,
      credentials: this.#credentials(),
    });
    nameErrors(client, service);
    return client;
  }

  #endpoint(service: Service): string {
    const configured = Object.assign({}, ...(this.config.endpoints ?? []))[service] as string | undefined;
    const endpoint =
      configured ||
      this.environment[`AWS_ENDPOINT_URL_${environmentNames[service]}`] ||
      this.environment.AWS_ENDPOINT_URL;
    if (endpoint) return endpoint;
    // The stand-in knows a part of AWS. What is meant for the real one must reach the real plugin.
    throw new UserError(
      "The local stand-in for aws talks to local endpoints only, and AWS_ENDPOINT_URL names none: run `npm start`, or use the real plugin (npm start -- --official-plugins).",
    );
  }

  #credentials(): ClientOptions["credentials"] {
    const accessKeyId = this.config.accessKey ?? this.environment.AWS_ACCESS_KEY_ID;
    const secretAccessKey = this.config.secretKey ?? this.environment.AWS_SECRET_ACCESS_KEY;
    if (!accessKeyId || !secretAccessKey) {
      throw new UserError(
        "The aws provider has no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws:accessKey and aws:secretKey.",
      );
    }
    const sessionToken = this.config.token ?? this.environment.AWS_SESSION_TOKEN;
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  }
}

/** Errors say which operation of which service they are from, as the real plugin's do. */
function nameErrors(client: Clients[Service], service: Service): void {
  // The stacks of all clients have this shape; their types differ in inputs and outputs only.
  const { middlewareStack } = client as unknown as S3;
  middlewareStack.add(
    (next, context) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        throw AwsError.from(error, `${service} ${(context.commandName ?? "").replace(/Command$/, "")}`);
      }
    },
    { step: "initialize", priority: "high", name: "nameErrors" },
  );
}
