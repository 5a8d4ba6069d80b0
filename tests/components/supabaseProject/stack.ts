import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type RegisteredResource, registeredResources } from "../../../audit/registeredResources";
import type { SupabaseProjectArgs } from "../../../components/supabaseProject/supabaseProjectArgs";
import { loadStackConfig, requiredSecrets, type StackConfig } from "../../../config";
import { readStackFile } from "../../../config/stackFile";

/** The pooler of a hosted project: the API only returns the row of transaction mode. */
export const hostedPooler = {
  transaction:
    "postgresql://postgres.abcdefghijklmnopqrst:[YOUR-PASSWORD]@aws-1-us-east-1.pooler.supabase.com:6543/postgres",
};

/** The local API points to the cluster itself. */
export const localPooler = {
  transaction: "postgresql://postgres.abcdefghijklmnopqrst:[YOUR-PASSWORD]@127.0.0.1:54321/postgres",
};

/** The options of a registered resource, which mocks do not see. */
export type Options = Pick<
  pulumi.CustomResourceOptions,
  "protect" | "retainOnDelete" | "additionalSecretOutputs" | "dependsOn"
>;

export interface Registered {
  readonly resources: ReadonlyMap<string, RegisteredResource>;
  readonly options: ReadonlyMap<string, Options>;
}

/** Returns the plain text of secrets in these tests. */
export const secretText = (leaf: string) => `canary-${leaf}`;

/** Returns a committed stack file with its secrets set, as a program on mocks reads it. */
function committedConfig(stack: string): StackConfig {
  const file = readStackFile(path.resolve(import.meta.dirname, `../../../Pulumi.${stack}.yaml`));
  const keys = requiredSecrets(file).map(({ key }) => key);
  const secrets = Object.fromEntries(keys.map((key) => [key, secretText(key.split(":")[1] ?? "")]));
  pulumi.runtime.setAllConfig({ ...file.values, ...secrets }, keys);
  // As a local copy of the stack, because the other requirements of a deployment to hosted services are missing here.
  return loadStackConfig({ SUPABASE_API_ENDPOINT: "http://127.0.0.1:1" });
}

/** Runs part of a program with a stack's committed config, and returns the registered resources with their options. */
export async function registeredFor(
  stack: string,
  program: (config: StackConfig) => unknown,
  pooler: Record<string, string> = hostedPooler,
  { keys = {} }: { readonly keys?: Record<string, unknown> | undefined } = {},
): Promise<Registered> {
  const options = new Map<string, Options>();
  const resources = await registeredResources(
    () => {
      pulumi.runtime.registerStackTransformation(({ name, opts }) => {
        options.set(name, opts);
        return undefined;
      });
      return program(committedConfig(stack));
    },
    {
      stack,
      answerOf: (token, { projectRef }) =>
        token === "supabase:index/getPooler:getPooler"
          ? { projectRef, url: pooler }
          : {
              projectRef,
              anonKey: "anon-key",
              serviceRoleKey: "service-key",
              publishableKey: "publishable-key",
              secretKeys: [
                { name: "worker", apiKey: "worker-key" },
                { name: "default", apiKey: "secret-key" },
              ],
              ...keys,
            },
    },
  );
  return { resources: new Map(resources.map((resource) => [resource.name, resource])), options };
}

/** Returns the inputs of a resource; a secret is `{secret: value}`. */
export function inputsOf({ resources }: Registered, name: string): Record<string, unknown> {
  return openSecrets(resources.get(name)?.inputs) as Record<string, unknown>;
}

function openSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openSecrets);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.some(([, marker]) => marker === "1b47061264138c4ac30d75fd1eb44270")) {
    return { secret: openSecrets((value as { value: unknown }).value) };
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, openSecrets(item)]));
}

/** Returns the value of an output, and whether it is secret. */
export async function settled<T>(input: pulumi.Input<T>): Promise<{ value: unknown; secret: boolean }> {
  const output = pulumi.output(input) as pulumi.Output<unknown>;
  const value = await new Promise((resolve) => output.apply(resolve));
  return { value, secret: await pulumi.isSecret(output) };
}

/** Returns the arguments of a project with a stack's configuration, as `index.ts` passes them. */
export function projectArgs(config: StackConfig): SupabaseProjectArgs {
  const { project, database } = config;
  return {
    name: project.name,
    organizationId: project.organizationId,
    region: project.region,
    instanceSize: project.instanceSize,
    deletionProtection: project.deletionProtection,
    database: { ...database, parameters: database.settings },
    auth: config.auth,
    api: config.api,
    storage: config.storage,
    realtime: config.realtime,
    network: config.network,
  };
}
