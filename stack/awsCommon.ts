import { currentAwsAccount } from "../components/awsAccount";
import { type AwsTags, stackTag, stackTagValue } from "../components/awsTags";
import type { ExistingSecret } from "../components/passwordSecret";
import { resourcePrefix } from "../config/aws/resourcePrefix";
import type { BackupsConfig } from "./backupsConfig";
import { ownedResources } from "./ownership/ownership";

/** Returns the arguments that all AWS components share. */
export function commonArgs(config: BackupsConfig) {
  return {
    account: currentAwsAccount(),
    physicalName: resourcePrefix(config.project),
    tags: awsTags(config),
  };
}

/** Returns the tags of all resources of the stack that support tags. */
function awsTags({ project }: Pick<BackupsConfig, "project">): AwsTags {
  return {
    Project: project.name,
    Environment: project.environment,
    Owner: project.owner ?? project.organizationId,
    DataClass: project.dataClass,
    [stackTag]: stackTagValue(),
  };
}

/** Returns how the secret with a role's password is retained after its deletion, and whether it already exists. */
export function secretArgs(
  { project, backup }: BackupsConfig,
  role: "backup" | "monitoring",
): { readonly secretRecoveryDays: number; readonly existingSecret: ExistingSecret | undefined } {
  const isProduction = project.environment === "production";
  return {
    // Elsewhere, a stack may be deleted and created again at once, with the same secret name.
    secretRecoveryDays: backup.secretRecoveryDays ?? (isProduction ? 30 : 0),
    existingSecret: existingSecret(ownedResources().secretArns?.[role], backup.secretRecoveryDays),
  };
}

/**
 * Returns the existing secret. AWS does not store a recovery window before the deletion, so an import takes the
 * default, while a configured value must take effect.
 */
function existingSecret(
  arn: string | undefined,
  recoveryDays: number | undefined,
): ExistingSecret | undefined {
  if (arn === undefined) return undefined;
  const unknown = ["forceOverwriteReplicaSecret"];
  if (recoveryDays === undefined) unknown.push("recoveryWindowInDays");
  return { arn, unknown };
}
