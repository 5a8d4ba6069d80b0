import { Provider, type ProviderArgs } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";

/** Settings of the aws provider that the second one does not take from the default one, with the reason. */
export const settingsNotPassedOn = {
  region: "it differs by definition",
} as const;

type Reader = (config: pulumi.Config, key: string) => unknown;

// Texts and structures may hold credentials, and a stack may encrypt any of them: they stay secret in the state.
const text: Reader = (config, key) => config.getSecret(key);
const structure: Reader = (config, key) => config.getSecretObject<unknown>(key);
const flag: Reader = (config, key) => config.getBoolean(key);
const count: Reader = (config, key) => config.getNumber(key);

/** How each setting is read that the second provider takes from the default one. The compiler requires all of them. */
export const settingsPassedOn: Readonly<
  Record<Exclude<keyof ProviderArgs, keyof typeof settingsNotPassedOn>, Reader>
> = {
  accessKey: text,
  allowedAccountIds: structure,
  assumeRoleWithWebIdentity: structure,
  assumeRoles: structure,
  customCaBundle: text,
  defaultTags: structure,
  ec2MetadataServiceEndpoint: text,
  ec2MetadataServiceEndpointMode: text,
  endpoints: structure,
  forbiddenAccountIds: structure,
  httpProxy: text,
  httpsProxy: text,
  ignoreTags: structure,
  insecure: flag,
  maxRetries: count,
  noProxy: text,
  profile: text,
  retryMode: text,
  s3UsEast1RegionalEndpoint: text,
  s3UsePathStyle: flag,
  secretKey: text,
  sharedConfigFiles: structure,
  sharedCredentialsFiles: structure,
  skipCredentialsValidation: flag,
  skipMetadataApiCheck: flag,
  skipRegionValidation: flag,
  skipRequestingAccountId: flag,
  stsRegion: text,
  tagPolicyCompliance: text,
  token: text,
  tokenBucketRateLimiterCapacity: count,
  useDualstackEndpoint: flag,
  useFipsEndpoint: flag,
  userAgents: structure,
};

/**
 * Returns a provider for another region with the configuration of the default one, which Pulumi does not pass on. A region in
 * each resource's arguments would be shorter, but then an import needs an id (`name@region`) that never equals that of the resource, so
 * the engine would import it again in every deployment.
 */
export function secondRegion(name: string, region: string, options: pulumi.ResourceOptions): Provider {
  const config = new pulumi.Config("aws");
  const values = Object.fromEntries(
    Object.entries(settingsPassedOn)
      .map(([key, read]) => [key, read(config, key)] as const)
      .filter(([, value]) => value !== undefined),
  );
  return new Provider(name, { ...values, region } as ProviderArgs, options);
}
