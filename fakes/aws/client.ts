import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { UserError } from "../../foundation/userError";
import { AwsError } from "./errors";
import type { Tags } from "./tags/tags";

/** The provider's configuration, with the official plugin's names. */
export interface ProviderConfig {
  readonly region?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly token?: string;
  /** A profile of the shared credentials file. Ignored if accessKey and secretKey are set. */
  readonly profile?: string;
  /** Roles that are assumed in order, each with the credentials of the previous one. */
  readonly assumeRoles?: readonly AssumedRole[];
  /** URLs by service. All maps are merged. */
  readonly endpoints?: readonly Readonly<Record<string, string>>[];
  readonly s3UsePathStyle?: boolean;
  readonly defaultTags?: { readonly tags?: Tags };
  readonly allowedAccountIds?: readonly string[];
  readonly forbiddenAccountIds?: readonly string[];
}

/** The part of an element of `aws:assumeRoles` that the stand-in reads. */
interface AssumedRole {
  readonly roleArn: string;
  readonly sessionName?: string;
  readonly externalId?: string;
}

interface Clients {
  s3: S3Client;
  kms: KMSClient;
  resourcegroupstaggingapi: ResourceGroupsTaggingAPIClient;
  iam: IAMClient;
  sts: STSClient;
  ecr: ECRClient;
  ecs: ECSClient;
  ec2: EC2Client;
  scheduler: SchedulerClient;
  secretsmanager: SecretsManagerClient;
  sqs: SQSClient;
  sns: SNSClient;
  logs: CloudWatchLogsClient;
  cloudwatch: CloudWatchClient;
  events: EventBridgeClient;
  lambda: LambdaClient;
}
type Service = keyof Clients;

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The source of a client's credentials. */
interface CredentialSource {
  readonly credentials?: Credentials | (() => Promise<Credentials>);
  readonly profile?: string;
}

interface ClientOptions extends CredentialSource {
  readonly region: string;
  readonly endpoint: string;
  readonly forcePathStyle: boolean;
}

/** Clients and commands by name, so that a bundle contains only these. */
const make: { readonly [Name in Service]: (options: ClientOptions) => Clients[Name] } = {
  s3: (options) => new S3Client(options),
  kms: (options) => new KMSClient(options),
  resourcegroupstaggingapi: (options) => new ResourceGroupsTaggingAPIClient(options),
  iam: (options) => new IAMClient(options),
  sts: (options) => new STSClient(options),
  ecr: (options) => new ECRClient(options),
  ecs: (options) => new ECSClient(options),
  ec2: (options) => new EC2Client(options),
  scheduler: (options) => new SchedulerClient(options),
  secretsmanager: (options) => new SecretsManagerClient(options),
  sqs: (options) => new SQSClient(options),
  sns: (options) => new SNSClient(options),
  logs: (options) => new CloudWatchLogsClient(options),
  cloudwatch: (options) => new CloudWatchClient(options),
  events: (options) => new EventBridgeClient(options),
  lambda: (options) => new LambdaClient(options),
};

/** Suffix of AWS_ENDPOINT_URL_, the variable that every SDK and the official plugin read. */
const environmentNames: Readonly<Record<Service, string>> = {
  s3: "S3",
  kms: "KMS",
  resourcegroupstaggingapi: "RESOURCE_GROUPS_TAGGING_API",
  iam: "IAM",
  sts: "STS",
  ecr: "ECR",
  ecs: "ECS",
  ec2: "EC2",
  scheduler: "SCHEDULER",
  secretsmanager: "SECRETS_MANAGER",
  sqs: "SQS",
  sns: "SNS",
  logs: "CLOUDWATCH_LOGS",
  cloudwatch: "CLOUDWATCH",
  events: "EVENTBRIDGE",
  lambda: "LAMBDA",
};

/** One account and region of the local AWS. */
export class Aws {
  readonly region: string;
  readonly #clients = new Map<Service, Clients[Service]>();
  readonly #otherRegions = new Map<string, Aws>();
  #account: Promise<string> | undefined;
  #assumed: Promise<Credentials> | undefined;

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

  /** Returns the same account in another region, for functions that name one. */
  inRegion(region: string | undefined): Aws {
    if (region === undefined || region === this.region) return this;
    let other = this.#otherRegions.get(region);
    if (other === undefined) {
      other = new Aws({ ...this.config, region }, this.environment);
      this.#otherRegions.set(region, other);
    }
    return other;
  }

  /** Returns the client of a service, created on first use. */
  use<Name extends Service>(service: Name): Clients[Name] {
    let client = this.#clients.get(service);
    if (client === undefined) {
      client = this.#connect(service);
      this.#clients.set(service, client);
    }
    return client as Clients[Name];
  }

  async accountId(): Promise<string> {
    this.#account ??= this.use("sts")
      .send(new GetCallerIdentityCommand({}))
      .then(({ Account = "" }) => Account);
    return await this.#account;
  }

  /** Returns the default tags of every resource. */
  get defaultTags(): Tags {
    return this.config.defaultTags?.tags ?? {};
  }

  /** Throws if the configuration does not allow the account. */
  async verifyAccount(): Promise<void> {
    const { allowedAccountIds = [], forbiddenAccountIds = [] } = this.config;
    if (allowedAccountIds.length === 0 && forbiddenAccountIds.length === 0) return;
    const account = await this.accountId();
    const allowed = allowedAccountIds.length === 0 || allowedAccountIds.includes(account);
    if (allowed && !forbiddenAccountIds.includes(account)) return;
    throw new UserError(
      `The AWS credentials are of account ${account}, which aws:allowedAccountIds or aws:forbiddenAccountIds excludes: use credentials of another account.`,
    );
  }

  #connect<Name extends Service>(service: Name): Clients[Name] {
    const client = make[service]({
      region: this.region,
      endpoint: this.#endpoint(service),
      // Local endpoints do not support bucket names in the host.
      forcePathStyle: this.config.s3UsePathStyle ?? true,
      ...this.#credentials(),
    });
    nameErrors(client, service);
    return client;
  }

  /** Returns the credentials of the last role in `assumeRoles`; without roles, the base credentials. */
  #credentials(): CredentialSource {
    const source = this.#ownCredentials();
    const { assumeRoles = [] } = this.config;
    if (assumeRoles.length === 0) return source;
    return {
      credentials: async () => {
        this.#assumed ??= this.#assume(source, assumeRoles);
        return await this.#assumed;
      },
    };
  }

  async #assume(source: CredentialSource, roles: readonly AssumedRole[]): Promise<Credentials> {
    const place = { region: this.region, endpoint: this.#endpoint("sts") };
    let current = source;
    for (const { roleArn, sessionName = "pulumi", externalId } of roles) {
      const client = new STSClient({ ...place, ...current });
      nameErrors(client, "sts");
      const { Credentials: found } = await client.send(
        new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName, ExternalId: externalId }),
      );
      current = {
        credentials: {
          accessKeyId: found?.AccessKeyId ?? "",
          secretAccessKey: found?.SecretAccessKey ?? "",
          ...(found?.SessionToken && { sessionToken: found.SessionToken }),
        },
      };
    }
    return current.credentials as Credentials;
  }

  #endpoint(service: Service): string {
    const configured = Object.assign({}, ...(this.config.endpoints ?? []))[service] as string | undefined;
    const endpoint =
      configured ||
      this.environment[`AWS_ENDPOINT_URL_${environmentNames[service]}`] ||
      this.environment.AWS_ENDPOINT_URL;
    if (endpoint) return endpoint;
    // The stand-in implements a part of AWS. A deployment to the real AWS needs the official plugin.
    throw new UserError(
      "The local stand-in for aws only uses local endpoints, and AWS_ENDPOINT_URL is not set: run `npm start`, or use the real plugin (npm start -- --official-plugins).",
    );
  }

  #ownCredentials(): CredentialSource {
    const { accessKey, secretKey, token, profile } = this.config;
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = this.environment;
    if (accessKey && secretKey) return staticCredentials(accessKey, secretKey, token);
    if (profile) return { profile };
    if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY)
      return staticCredentials(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN);
    if (AWS_PROFILE) return { profile: AWS_PROFILE };
    throw new UserError(
      "The aws provider has no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws:profile, or aws:accessKey and aws:secretKey.",
    );
  }
}

const staticCredentials = (
  accessKeyId: string,
  secretAccessKey: string,
  sessionToken: string | undefined,
): CredentialSource => ({
  credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
});

/** Adds the service and the operation to errors, like the official plugin. */
function nameErrors(client: Clients[Service], service: Service): void {
  // The middleware stacks of all clients have this shape. Their types differ only in inputs and outputs.
  const { middlewareStack } = client as unknown as S3Client;
  middlewareStack.add(
    (next, context) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        if (error instanceof Error && error.name === "CredentialsProviderError")
          throw new UserError(
            "The aws provider finds no credentials in the profile: check aws:profile and AWS_SHARED_CREDENTIALS_FILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
          );
        throw AwsError.from(error, `${service} ${(context.commandName ?? "").replace(/Command$/, "")}`);
      }
    },
    { step: "initialize", priority: "high", name: "nameErrors" },
  );
}
