import * as z from "zod";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().default(""),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
});
const exportedStack = z.object({ deployment: z.object({ resources: z.array(resource) }) });

/** A resource in the engine's state. */
export interface Deployed {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string;
  /** Returns a string property of the outputs. */
  text(property: string): string;
}

/** Returns the resources of the two clouds from `pulumi stack export`; of supabasex, those that exist in the cloud. */
export function deployedInClouds(exported: string): Deployed[] {
  return exportedStack
    .parse(JSON.parse(exported))
    .deployment.resources.filter(({ type }) =>
      /^(aws|supabase):|^supabasex:index:(AwsWatch|PlatformSettings|EdgeFunctionDeployment|ProjectWatch)$/.test(
        type,
      ),
    )
    .map(({ urn, type, id, outputs }) => ({
      urn,
      type,
      name: urn.slice(urn.lastIndexOf("::") + 2),
      id,
      text: (property) => z.string().parse(outputs[property]),
    }));
}
