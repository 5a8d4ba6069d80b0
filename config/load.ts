import * as pulumi from "@pulumi/pulumi";
import { parseStackConfig } from "./parse";
import type { ParsedStackConfig } from "./schema";
import { SecretText } from "./secretText";

/** The same shape with every secret as an `Output` that the engine keeps secret. */
export type WithOutputs<T> = T extends SecretText
  ? pulumi.Output<string>
  : T extends readonly (infer Item)[]
    ? WithOutputs<Item>[]
    : T extends object
      ? { [Key in keyof T]: WithOutputs<T[Key]> }
      : T;

/** The configuration of the stack, as components read it. */
export type StackConfig = WithOutputs<ParsedStackConfig>;

/**
 * Reads the configuration of the running stack; the only place in a program that does. Throws one UserError that lists every
 * fault, before any resource is registered; for hosted services also what the deployment lacks beside its configuration.
 */
export function loadStackConfig(environment: NodeJS.ProcessEnv = process.env): StackConfig {
  const parsed = parseStackConfig(
    {
      stack: pulumi.getStack(),
      values: pulumi.runtime.allConfig(),
      secretKeys: secretKeysOfEngine(),
    },
    { environment, projectFolder: process.cwd() },
  );
  return withOutputs(parsed) as StackConfig;
}

/** The keys that the engine decrypted. The SDK has the test for one key, but leaves it out of its declarations. */
function secretKeysOfEngine(): string[] {
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };
  return Object.keys(pulumi.runtime.allConfig()).filter(isConfigSecret);
}

function withOutputs(value: unknown): unknown {
  if (value instanceof SecretText) return pulumi.secret(value.reveal());
  if (Array.isArray(value)) return value.map(withOutputs);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withOutputs(child)]));
}
