import { isJsonObject, type JsonObject, type JsonValue } from "../foundation/json";
import { withoutProviderDefaults } from "../foundation/providerNotes";

/** An AWS resource of a stack, as the engine knows it. */
export interface StackResource {
  /** Type token, such as `aws:s3/bucket:Bucket`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** As the program declared them. */
  readonly inputs: JsonObject;
  /** With `id`. */
  readonly outputs: JsonObject;
}

/** The engine marks secrets and assets by this key. */
const signature = "4dabf18193072939515e22adb298388d";

/** Replaces a secret or an asset. */
export const hiddenValue = "(not shown)";

/** Returns a value in which a fixed text replaces each secret and asset, because no scanner may see them. */
export function withoutSecrets(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isJsonObject(value)) return value;
  if (signature in value) return hiddenValue;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, withoutSecrets(below)]));
}

/**
 * Returns the AWS resources of a stack, without those of the engine and of other providers, and without the defaults that their
 * provider filled in.
 */
export function awsResources(resources: readonly StackResource[]): StackResource[] {
  return resources
    .filter(({ type }) => type.startsWith("aws:"))
    .map((resource) => ({
      ...resource,
      inputs: withoutProviderDefaults(withoutSecrets(resource.inputs)) as JsonObject,
      outputs: withoutSecrets(resource.outputs) as JsonObject,
    }));
}
