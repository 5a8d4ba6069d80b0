import { isJsonObject, type JsonObject, type JsonValue } from "../../foundation/json";
import { References } from "../references";
import type { StackResource } from "../resource";

/** A stack as the JSON of a Terraform plan. */
export interface Plan {
  readonly document: JsonObject;
  /** Address in the plan → logical name of the resource. */
  readonly names: ReadonlyMap<string, string>;
}

/** Types whose Terraform name cannot be derived from the Pulumi name. */
const otherNames: Readonly<Record<string, string>> = {
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "aws_s3_bucket_replication_configuration",
};

/** Objects whose keys are data. All other objects are blocks, which are lists in a plan. */
const maps: ReadonlySet<string> = new Set(["dimensions", "inputPaths", "options", "tags", "variables"]);

/**
 * Converts the AWS resources of a stack into a plan that creates them. Pulumi derives its names from Terraform's, block by
 * block.
 */
export function terraformPlan(resources: readonly StackResource[]): Plan {
  const references = new References(resources);
  const parts = resources.map((resource) => {
    const type = terraformType(resource.type);
    const address = addressOf(resource);
    const common = { address, mode: "managed", type, name: resource.name };
    const values = { ...attributes(resource.inputs), ...knownOutputs(resource) };
    return {
      planned: { ...common, values },
      change: { ...common, change: { actions: ["create"], before: null, after: values, after_unknown: {} } },
      configured: { ...common, expressions: expressions(resource, references) },
    };
  });
  return {
    document: {
      format_version: "1.2",
      terraform_version: "1.9.0",
      planned_values: { root_module: { resources: parts.map(({ planned }) => planned) } },
      resource_changes: parts.map(({ change }) => change),
      configuration: { root_module: { resources: parts.map(({ configured }) => configured) } },
    },
    names: new Map(resources.map((resource) => [addressOf(resource), resource.name])),
  };
}

const addressOf = ({ type, name }: StackResource) => `${terraformType(type)}.${name}`;

/**
 * Returns the type's name in Terraform: `aws:s3/bucketPolicy:BucketPolicy` → `aws_s3_bucket_policy`; the types of EC2 have no
 * prefix.
 */
function terraformType(token: string): string {
  const [, module = "", name = ""] = token.split(":");
  const service = module.split("/")[0];
  return otherNames[token] ?? `aws_${service === "ec2" ? "" : `${service}_`}${snake(name)}`;
}

const snake = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();

/** Returns inputs in the form of a plan: a list of objects is a repeated block, and its name is singular. */
function attributes(inputs: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => attribute(name, value)));
}

/** Returns the singular of a block's name: `policies` → `policy`, `rules` → `rule`; `egress` is singular. */
const singular = (name: string) => name.replace(/ies$/, "y").replace(/([^s])s$/, "$1");

function attribute(name: string, value: JsonValue): [string, JsonValue] {
  if (Array.isArray(value) && value.some(isJsonObject))
    return [singular(snake(name)), value.map((below) => (isJsonObject(below) ? attributes(below) : below))];
  if (isJsonObject(value)) return [snake(name), maps.has(name) ? value : [attributes(value)]];
  return [snake(name), value];
}

/** Returns the ARN, if there is one. Plans contain no ARNs, but policy checks look for that of a bucket. */
function knownOutputs({ outputs: { arn } }: StackResource): JsonObject {
  return typeof arn === "string" ? { arn } : {};
}

/** Returns the expressions of attributes that refer to other resources. A scanner builds its graph from them. */
function expressions(resource: StackResource, references: References): JsonObject {
  const below = (inputs: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(inputs).flatMap(([input, value]): [string, JsonValue][] => {
        const blocks = [value].flat().filter(isJsonObject);
        const inside = blocks.map(below).filter((block) => Object.keys(block).length > 0);
        if (inside.length > 0) return [[attribute(input, value)[0], inside]];
        const found = [value].flat().flatMap((each) => references.find(resource, each, input) ?? []);
        if (found.length === 0) return [];
        const names = found.flatMap((target) => [
          `${addressOf(target.resource)}.${snake(target.output)}`,
          addressOf(target.resource),
        ]);
        return [[snake(input), { references: names }]];
      }),
    );
  return below(resource.inputs);
}
