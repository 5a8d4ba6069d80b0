import * as pulumi from "@pulumi/pulumi";
import { parseStackConfig } from "./parse";
import type { ParsedStackConfig } from "./schema";
import { SecretText } from "./secretText";

/** The same shape, with every secret as a secret `Output`. */
export type WithOutputs<T> = T extends SecretText
  ? pulumi.Output<string>
  : T extends readonly (infer Item)[]
    ? WithOutputs<Item>[]
    : T extends object
      ? { [Key in keyof T]: WithOutputs<T[Key]> }
      : T;

/** The configuration of the stack for components. */
export type StackConfig = WithOutputs<ParsedStackConfig>;

/**
 * Reads the configuration of the running stack. Nothing else in a program reads it. Throws one UserError with every
 * issue before any resource is registered; for hosted services it includes what the deployment lacks outside of its
 * configuration.
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

/** Returns the keys that the engine decrypted. The SDK tests a single key, but does not declare this function. */
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
