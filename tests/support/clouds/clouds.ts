import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { PipesClient } from "@aws-sdk/client-pipes";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { S3ControlClient } from "@aws-sdk/client-s3-control";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { JsonValue } from "../../../foundation/json";
import { ManagementApi } from "../../../foundation/managementApi";
import { type LocalEndpoints, localAccessToken } from "../../../local/environment";
import { localS3Control } from "../../../plugins/supabasex/provider/awsWatch/clients";

/** Returns clients that access both clouds directly, without our providers. */
export type Clouds = ReturnType<typeof connectClouds>;

export function connectClouds({ supabase, aws }: LocalEndpoints) {
  const options = {
    region: aws.region,
    endpoint: aws.endpoint,
    credentials: { accessKeyId: aws.accessKey, secretAccessKey: aws.secretKey },
  };
  const api = new ManagementApi({
    endpoint: supabase.endpoint,
    accessToken: localAccessToken,
    client: "somebody's-curl",
  });
  return {
    s3: new S3Client({ ...options, endpoint: aws.s3Endpoint, forcePathStyle: true }),
    s3Control: new S3ControlClient({ ...options, ...localS3Control(aws.endpoint, aws.region) }),
    pipes: new PipesClient(options),
    ecr: new ECRClient(options),
    route53: new Route53Client(options),
    iam: new IAMClient(options),
    ecs: new ECSClient(options),
    ec2: new EC2Client(options),
    sqs: new SQSClient(options),
    sns: new SNSClient(options),
    lambda: new LambdaClient(options),
    logs: new CloudWatchLogsClient(options),
    alarms: new CloudWatchClient(options),
    events: new EventBridgeClient(options),
    schedules: new SchedulerClient(options),
    secrets: new SecretsManagerClient(options),
    /** Calls the Management API. Throws if the call is refused. */
    async supabase(method: string, path: string, body?: JsonValue): Promise<JsonValue | undefined> {
      const answer = await api.call(method, path, body === undefined ? {} : { body });
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.json;
    },
  };
}
