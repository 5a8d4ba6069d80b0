import type { JsonObject } from "../foundation/json";
import { type RegisteredResource, registeredResources } from "./registeredResources";
import { awsResources, type StackResource } from "./resource";

const accountId = "123456789012";
const region = "us-east-1";

/** Runs a program without an engine and an account, and returns the AWS resources that it declares. Ids and ARNs are made up. */
export async function resourcesOn(
  place: { readonly project?: string; readonly stack: string },
  program: () => unknown,
): Promise<StackResource[]> {
  const registered = await registeredResources(program, {
    ...place,
    outputsOf: madeUpOutputs,
    answerOf,
  });
  return awsResources(
    registered.map((resource) => ({
      ...resource,
      inputs: resource.inputs as JsonObject,
      outputs: {
        ...(resource.inputs as JsonObject),
        id: `${resource.name}-id`,
        ...madeUpOutputs(resource),
      },
    })),
  );
}

/** Returns the outputs that other resources of the stack build on. */
function madeUpOutputs({ type, name, inputs }: RegisteredResource): JsonObject {
  const [, module = ""] = type.split(":");
  const own = String(inputs.name ?? inputs.family ?? name);
  const service = module.split("/")[0] ?? "";
  const arn =
    typeof inputs.arn === "string" ? inputs.arn : (arns[type]?.(inputs, own) ?? arnIn(service, own));
  return {
    arn,
    ...(type === "aws:ecs/taskDefinition:TaskDefinition" && { arnWithoutRevision: arn }),
    ...(type === "aws:kms/key:Key" && { keyId: `${name}-id` }),
    ...(type === "aws:sqs/queue:Queue" && {
      url: `https://sqs.${region}.amazonaws.com/${accountId}/${own}`,
    }),
  };
}

const arnIn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;

const inIam = (resource: string) => `arn:aws:iam::${accountId}:${resource}`;

/** ARNs that policies in the stack match with asterisks. */
const arns: Readonly<Record<string, (inputs: Record<string, unknown>, own: string) => string>> = {
  "aws:s3/bucket:Bucket": ({ bucket }) => `arn:aws:s3:::${bucket}`,
  "aws:iam/role:Role": (_, own) => inIam(`role/${own}`),
  "aws:iam/policy:Policy": (_, own) => inIam(`policy/${own}`),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ({ url }) =>
    inIam(`oidc-provider/${String(url).replace("https://", "")}`),
  "aws:ecr/repository:Repository": (_, own) => arnIn("ecr", `repository/${own}`),
  "aws:kms/key:Key": (_, own) => arnIn("kms", `key/${own}`),
  "aws:cloudwatch/logGroup:LogGroup": (_, own) => arnIn("logs", `log-group:${own}`),
  "aws:ecs/cluster:Cluster": (_, own) => arnIn("ecs", `cluster/${own}`),
  "aws:ecs/taskDefinition:TaskDefinition": (_, own) => arnIn("ecs", `task-definition/${own}`),
  "aws:lambda/function:Function": (_, own) => arnIn("lambda", `function:${own}`),
  "aws:scheduler/scheduleGroup:ScheduleGroup": (_, own) => arnIn("scheduler", `schedule-group/${own}`),
  "aws:secretsmanager/secret:Secret": (_, own) => arnIn("secretsmanager", `secret:${own}-a1b2c3`),
};

/** Returns what the account answers to a program that looks itself up. */
function answerOf(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (token.endsWith(":getRegion")) return { region };
  if (token.endsWith(":getCallerIdentity")) return { accountId };
  if (token.endsWith(":getAvailabilityZones")) return { names: ["us-east-1a", "us-east-1b", "us-east-1c"] };
  if (token.endsWith(":getVpc")) return { id: "vpc-0123456789abcdef0" };
  if (token.endsWith(":getSubnets")) return { ids: ["subnet-0123456789abcdef0"] };
  return inputs;
}
