import { type RegisteredResource, registeredResources } from "../../audit/registeredResources";
import type { AwsAccount } from "../../components/awsAccount";

export const account: AwsAccount = { accountId: "123456789012", region: "us-east-1" };

export const tags = { Owner: "platform@example.com", "thorbis:stack": "thorbis-supabase/test" } as const;

/** Registers part of a program, in which every resource has an ARN with its logical name. */
export async function registeredInAws(program: () => unknown): Promise<Map<string, RegisteredResource>> {
  const resources = await registeredResources(program, {
    outputsOf: ({ type, name, inputs }) => ({
      arn: inputs.arn ?? `arn:${name}`,
      ...(type === "aws:ecs/taskDefinition:TaskDefinition" && { arnWithoutRevision: `arn:${name}` }),
      ...(type === "aws:sqs/queue:Queue" && { url: `url:${name}` }),
    }),
    answerOf,
  });
  return new Map(
    resources
      .filter(({ type }) => type.startsWith("aws:") || type === "supabasex:index:AwsWatch")
      .map((resource) => [resource.name, resource]),
  );
}

/** Returns what the account returns to a program that looks up its own resources. */
function answerOf(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (token.endsWith(":getRegion")) return { region: account.region };
  if (token.endsWith(":getCallerIdentity")) return { accountId: account.accountId };
  if (token.endsWith(":getAvailabilityZones")) return { names: ["us-east-1a", "us-east-1b", "us-east-1c"] };
  if (token.endsWith(":getVpc")) return { id: "vpc-default" };
  if (token.endsWith(":getSubnets")) return { ids: ["subnet-default"] };
  return inputs;
}

/** Returns the type and inputs of the resource with this logical name. */
export function registered(resources: ReadonlyMap<string, RegisteredResource>, name: string) {
  const found = resources.get(name);
  if (found === undefined)
    throw new Error(`${name} was not registered, but ${[...resources.keys()].join(", ")}`);
  return { type: found.type, inputs: found.inputs };
}
