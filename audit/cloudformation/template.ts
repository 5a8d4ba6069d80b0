import type { JsonObject } from "../../foundation/json";
import { UserError } from "../../foundation/userError";
import { References, type Render } from "../references";
import type { StackResource } from "../resource";
import { compute } from "./compute";
import { type Counterpart, defined, type Properties, SecretDocument, type Siblings } from "./counterpart";
import { identity } from "./identity";
import { messages } from "./messages";
import { network } from "./network";
import { registry } from "./registry";
import { bucketSettings, storage } from "./storage";

/** A stack as a CloudFormation template. */
export interface Template {
  readonly document: JsonObject;
  /** Logical id in the template → logical name of the resource. */
  readonly names: ReadonlyMap<string, string>;
}

const counterparts: Readonly<Record<string, Counterpart>> = {
  ...storage,
  ...identity,
  ...compute,
  ...messages,
  ...network,
  ...registry,
};

/** Types that are part of another resource in a template, or have no counterpart in CloudFormation. */
const withoutCounterpart: ReadonlySet<string> = new Set([
  ...Object.keys(bucketSettings),
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
  "aws:secretsmanager/secretVersion:SecretVersion",
]);

/**
 * Converts the AWS resources of a stack, from all of its regions, into one template.
 * @throws UserError for a document that is a secret, or for two names with the same logical id
 */
export function cloudFormationTemplate(resources: readonly StackResource[]): Template {
  const references = new References(resources);
  const siblings: Siblings = {
    find: (type, input, value) =>
      resources
        .filter((resource) => resource.type === type && resource.inputs[input] === value)
        .map(
          (sibling) =>
            references.replaceIn(sibling, withReferences(sibling, references), render) as JsonObject,
        ),
  };
  const names = new Map<string, string>();
  const converted: [string, JsonObject][] = [];
  for (const resource of resources) {
    if (withoutCounterpart.has(resource.type)) continue;
    const { type, further } = counterpartOf(resource);
    const logicalId = logicalIdOf(resource);
    const add = (id: string, ofType: string, values: Properties) => {
      const Properties = references.replaceIn(resource, defined(values), render);
      const other = names.get(id);
      if (other !== undefined)
        throw new UserError(
          `The audit cannot tell ${other} and ${resource.name} apart (both are ${id} in a template): rename one of them.`,
        );
      names.set(id, resource.name);
      converted.push([id, { Type: ofType, Properties }]);
    };
    add(logicalId, type, propertiesOf(resource, withReferences(resource, references), siblings));
    for (const more of further?.(resource.inputs, { Ref: logicalId }) ?? [])
      add(`${logicalId}${more.suffix}`, more.type, more.properties);
  }
  return {
    document: { AWSTemplateFormatVersion: "2010-09-09", Resources: Object.fromEntries(converted) },
    names,
  };
}

function propertiesOf(resource: StackResource, inputs: JsonObject, siblings: Siblings): Properties {
  try {
    return counterpartOf(resource).properties(inputs, siblings);
  } catch (error) {
    if (!(error instanceof SecretDocument)) throw error;
    throw new UserError(
      `The audit cannot convert ${resource.name} (${resource.type}), because a JSON document in it is a secret: keep secrets out of the document.`,
      1,
      { cause: error },
    );
  }
}

/** Returns the inputs of a resource, with references in place of the values and names of other resources. */
function withReferences(resource: StackResource, references: References): JsonObject {
  const entries = Object.entries(resource.inputs).map(([input, value]) => {
    const reference = references.find(resource, value, input);
    return [input, (reference && render(reference, "")) ?? value];
  });
  return Object.fromEntries(entries) as JsonObject;
}

function counterpartOf({ type, name }: StackResource): Counterpart {
  const counterpart = counterparts[type];
  if (counterpart === undefined)
    throw new Error(`the audit cannot convert ${name} (${type}): add its type to audit/cloudformation/`);
  return counterpart;
}

/** Returns the logical id for a name: `backup-bucket-key` → `BackupBucketKey`. */
function logicalIdOf({ name }: StackResource): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join("");
}

/** Returns the expression for the ARN or id of a resource, followed by `rest`; undefined if a template cannot refer to it. */
const render: Render = ({ resource, output }, rest) => {
  if (withoutCounterpart.has(resource.type)) return undefined;
  const { ref = "id", attributes = { arn: "Arn" } } = counterpartOf(resource);
  const logicalId = logicalIdOf(resource);
  const attribute = attributes[output];
  if (output !== ref && attribute === undefined) return undefined;
  const whole = output === ref ? { Ref: logicalId } : { "Fn::GetAtt": [logicalId, attribute ?? ""] };
  return rest === "" ? whole : { "Fn::Join": ["", [whole, rest]] };
};
