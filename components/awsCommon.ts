import { resourcePrefix } from "../config/aws/resourcePrefix";
import { currentAwsAccount } from "./awsAccount";
import { awsTags } from "./awsTags";
import type { BackupsConfig } from "./backupsConfig";
import { ownedResources } from "./ownership/ownership";
import type { ExistingSecret } from "./passwordSecret";

/** Returns the arguments that every component in AWS takes. */
export function commonArgs(config: BackupsConfig) {
  return {
    account: currentAwsAccount(),
    physicalName: resourcePrefix(config.project),
    tags: awsTags(config),
  };
}

/** Returns how the secret with the password of a role is kept when it is deleted, and what is there of it already. */
export function secretArgs(
  { project, backup }: BackupsConfig,
  role: "backup" | "monitoring",
): { readonly secretRecoveryDays: number; readonly existingSecret: ExistingSecret | undefined } {
  const isProduction = project.environment === "production";
  return {
    // Elsewhere a stack may go and come back at once, and with it the secret's name.
    secretRecoveryDays: backup.secretRecoveryDays ?? (isProduction ? 30 : 0),
    existingSecret: existingSecret(ownedResources().secretArns?.[role], backup.secretRecoveryDays),
  };
}

/** AWS keeps no recovery window until the deletion. A default never changes; what the configuration names must take effect. */
function existingSecret(
  arn: string | undefined,
  recoveryDays: number | undefined,
): ExistingSecret | undefined {
  if (arn === undefined) return undefined;
  const unknown = ["forceOverwriteReplicaSecret"];
  if (recoveryDays === undefined) unknown.push("recoveryWindowInDays");
  return { arn, unknown };
}
