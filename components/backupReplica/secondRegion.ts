import { Provider, type ProviderArgs } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";

/** Keys of the aws provider's configuration that say who deploys, and to which accounts. */
const credentials = ["accessKey", "secretKey", "token"] as const;
const structures = [
  "allowedAccountIds",
  "assumeRoles",
  "defaultTags",
  "endpoints",
  "forbiddenAccountIds",
  "sharedConfigFiles",
  "sharedCredentialsFiles",
] as const;
const flags = [
  "s3UsePathStyle",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
] as const;

/**
 * Returns a provider for another region with the credentials of the default one, which does not pass its configuration on. A region in
 * each resource's arguments would be shorter, but then an import needs an id (`name@region`) that never equals that of the resource, so
 * the engine would import it again in every deployment.
 */
export function secondRegion(name: string, region: string, options: pulumi.ResourceOptions): Provider {
  const config = new pulumi.Config("aws");
  const values = Object.fromEntries(
    [
      ["profile", config.get("profile")] as const,
      ...credentials.map((key) => [key, config.getSecret(key)] as const),
      ...structures.map((key) => [key, config.getObject<unknown>(key)] as const),
      ...flags.map((key) => [key, config.getBoolean(key)] as const),
    ].filter(([, value]) => value !== undefined),
  );
  return new Provider(name, { ...values, region } as ProviderArgs, options);
}
