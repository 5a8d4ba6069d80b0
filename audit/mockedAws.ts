import type { JsonObject } from "../foundation/json";
import { type RegisteredResource, registeredResources } from "./registeredResources";
import { awsResources, type StackResource } from "./resource";

const accountId = "123456789012";
const defaultRegion = "us-east-1";

/**
 * Runs a program without an engine or an account, and returns the AWS resources that it declares. Ids and ARNs are fictitious.
 */
export async function resourcesOn(
  place: { readonly project?: string; readonly stack: string },
  program: () => unknown,
): Promise<StackResource[]> {
  const regions = new Map<string | undefined, string>();
  const outputsOf = (resource: RegisteredResource): JsonObject => {
    const { type, name, inputs, provider } = resource;
    if (type === "pulumi:providers:aws") regions.set(name, String(inputs.region));
    return madeUpOutputs(resource, regions.get(provider) ?? defaultRegion);
  };
  const registered = await registeredResources(program, { ...place, outputsOf, answerOf });
  return awsResources(
    registered.map((resource) => ({
      type: resource.type,
      name: resource.name,
      inputs: resource.inputs as JsonObject,
      outputs: {
        ...(resource.inputs as JsonObject),
        id: `${resource.name}-id`,
        ...outputsOf(resource),
      },
    })),
  );
}

/** Returns the outputs that other resources of the stack use. */
function madeUpOutputs({ type, name, inputs }: RegisteredResource, region: string): JsonObject {
  const own = String(inputs.name ?? inputs.family ?? name);
  const arn = typeof inputs.arn === "string" ? inputs.arn : arnOf(type, inputs, { own, region });
  return {
    arn,
    ...(type === "aws:ecs/taskDefinition:TaskDefinition" && { arnWithoutRevision: arn.replace(/:1$/, "") }),
    ...(type === "aws:secretsmanager/secret:Secret" && { id: arn }),
    ...(type === "aws:kms/key:Key" && { keyId: `${name}-id` }),
    ...(type === "aws:sqs/queue:Queue" && {
      url: `https://sqs.${region}.amazonaws.com/${accountId}/${own}`,
    }),
  };
}

/** Returns an ARN in the form that AWS generates, because policies of the stack match some ARNs with wildcards. */
function arnOf(
  type: string,
  inputs: Readonly<Record<string, unknown>>,
  { own, region }: { readonly own: string; readonly region: string },
): string {
  const [, module = ""] = type.split(":");
  const service = services[type] ?? module.split("/")[0] ?? "";
  const { prefix, suffix } = resourceNames[type] ?? {};
  if (type === "aws:s3/bucket:Bucket") return `arn:aws:s3:::${inputs.bucket}`;
  const resource =
    type === "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
      ? String(inputs.url).replace("https://", "")
      : own;
  const place = service === "iam" ? "" : region;
  return `arn:aws:${service}:${place}:${accountId}:${prefix ?? ""}${resource}${suffix ?? ""}`;
}

/** Pulumi module → the service in ARNs, where they differ. */
const services: Readonly<Record<string, string>> = {
  "aws:cloudwatch/eventRule:EventRule": "events",
  "aws:cloudwatch/logGroup:LogGroup": "logs",
};

/** Text before and after the name in an ARN. Default: none. */
const resourceNames: Readonly<Record<string, { readonly prefix: string; readonly suffix?: string }>> = {
  "aws:iam/role:Role": { prefix: "role/" },
  "aws:iam/policy:Policy": { prefix: "policy/" },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": { prefix: "oidc-provider/" },
  "aws:ecr/repository:Repository": { prefix: "repository/" },
  "aws:kms/key:Key": { prefix: "key/" },
  "aws:cloudwatch/eventRule:EventRule": { prefix: "rule/" },
  "aws:cloudwatch/metricAlarm:MetricAlarm": { prefix: "alarm:" },
  "aws:cloudwatch/logGroup:LogGroup": { prefix: "log-group:" },
  "aws:ecs/cluster:Cluster": { prefix: "cluster/" },
  "aws:ecs/taskDefinition:TaskDefinition": { prefix: "task-definition/", suffix: ":1" },
  "aws:lambda/function:Function": { prefix: "function:" },
  "aws:scheduler/scheduleGroup:ScheduleGroup": { prefix: "schedule-group/" },
  "aws:secretsmanager/secret:Secret": { prefix: "secret:", suffix: "-a1b2c3" },
};

/** Returns the results of the functions that look up the account. */
function answerOf(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (token.endsWith(":getRegion")) return { region: defaultRegion };
  if (token.endsWith(":getCallerIdentity")) return { accountId };
  if (token.endsWith(":getAvailabilityZones")) return { names: ["us-east-1a", "us-east-1b", "us-east-1c"] };
  if (token.endsWith(":getVpc")) return { id: "vpc-0123456789abcdef0" };
  if (token.endsWith(":getSubnets")) return { ids: ["subnet-0123456789abcdef0"] };
  return inputs;
}
