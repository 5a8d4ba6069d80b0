import * as pulumi from "@pulumi/pulumi";
import packageJson from "./package.json";

/**
 * Tells the engine which plugin serves this package, the bridge parameterized as supabase, and returns the reference that every
 * resource and function call sends.
 */
export async function getPackage(): Promise<string | undefined> {
  const { name, version, parameterization } = packageJson.pulumi;
  return await pulumi.runtime.registerPackage({
    baseProviderName: name,
    baseProviderVersion: version,
    baseProviderDownloadUrl: "",
    packageName: parameterization.name,
    packageVersion: parameterization.version,
    base64Parameter: parameterization.value,
  });
}

/** Returns the options with this package's defaults. */
export function resourceOptions<Options extends { version?: string }>(
  opts: Options,
  more: pulumi.CustomResourceOptions = {},
): Options {
  return pulumi.mergeOptions(pulumi.mergeOptions({ version: packageJson.version }, opts), more) as Options;
}

export interface InputNames {
  readonly inputs: readonly string[];
  readonly required: readonly string[];
  readonly secrets?: readonly string[];
  readonly outputs?: readonly string[];
}

/** Returns the properties to register: the inputs, with secrets marked, and the outputs as unknown. */
export function resourceInputs(
  args: object | undefined,
  opts: pulumi.CustomResourceOptions,
  names: InputNames,
): pulumi.Inputs {
  const given: pulumi.Inputs = { ...args };
  const isLookUp = opts.id !== undefined;
  const properties: pulumi.Inputs = {};
  for (const name of names.inputs) {
    if (!isLookUp && opts.urn === undefined && names.required.includes(name) && given[name] === undefined) {
      throw new Error(`Missing required property '${name}'`);
    }
    const secret = names.secrets?.includes(name) === true && given[name] !== undefined;
    properties[name] = secret ? pulumi.secret(given[name]) : given[name];
  }
  for (const name of names.outputs ?? []) properties[name] = isLookUp ? given[name] : undefined;
  return properties;
}

export function isOfType(obj: unknown, type: string): boolean {
  return typeof obj === "object" && obj !== null && "__pulumiType" in obj && obj.__pulumiType === type;
}
