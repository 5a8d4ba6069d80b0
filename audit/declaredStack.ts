import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { alertsSchema } from "../config/areas/alerts";
import { apiSchema } from "../config/areas/api";
import { backupSchema } from "../config/areas/backup";
import { monitoringSchema } from "../config/areas/monitoring";
import { projectSchema } from "../config/areas/project";
import { readStackFile } from "../config/stackFile";
import { checkoutRoot } from "../foundation/checkout";
import type { JsonObject } from "../foundation/json";
import { declareBackups } from "../stack/backups";
import { declareMonitoring, type MonitoringConfig } from "../stack/monitoring";
import { declareNetwork } from "../stack/network";
import { type RegisteredResource, registeredResources } from "./registeredResources";
import { awsResources, type StackResource } from "./resource";

const accountId = "123456789012";
const region = "us-east-1";

/** The AWS part of a stack as its components declare it, without an engine and an account. */
export interface DeclaredStack {
  readonly config: MonitoringConfig;
  readonly resources: readonly StackResource[];
}

/**
 * Returns the AWS resources that the components declare for `Pulumi.<stack>.yaml`. Ids and ARNs of the cloud are made up. `changes` are
 * merged into the area `backup`.
 */
export async function declaredStack(
  stack: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<DeclaredStack> {
  const { values } = readStackFile(path.join(checkoutRoot(), `Pulumi.${stack}.yaml`));
  const area = (name: string) => JSON.parse(values[`thorbis-supabase:${name}`] ?? "{}");
  const config: MonitoringConfig = {
    project: projectSchema.parse(area("project")),
    backup: backupSchema.parse({ ...area("backup"), ...changes }),
    alerts: alertsSchema.parse(area("alerts")),
    monitoring: monitoringSchema.parse(area("monitoring")),
    api: apiSchema.parse(area("api")),
  };
  const connection = {
    ...{ host: "db.example.com", port: 5432, database: "postgres", user: "backup" },
    ...{ password: pulumi.secret("declared-password"), sslMode: "verify-full" as const },
  };
  const registered = await registeredResources(
    () => declareMonitoring(config, connection, declareBackups(config, connection, declareNetwork(config))),
    stack,
    madeUpOutputs,
    answerOf,
  );
  const resources = registered.map((resource) => ({
    ...resource,
    inputs: resource.inputs as JsonObject,
    outputs: {
      ...(resource.inputs as JsonObject),
      id: `${resource.name}-id`,
      ...madeUpOutputs(resource),
    },
  }));
  return { config, resources: awsResources(resources) };
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

/** ARNs that policies in the stack match with asterisks. */
const arns: Readonly<Record<string, (inputs: Record<string, unknown>, own: string) => string>> = {
  "aws:s3/bucket:Bucket": ({ bucket }) => `arn:aws:s3:::${bucket}`,
  "aws:iam/role:Role": (_, own) => `arn:aws:iam::${accountId}:role/${own}`,
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
