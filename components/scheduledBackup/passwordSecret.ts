import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import { awsNames } from "../awsNames";
import { type Children, takenBack } from "../component";
import type { ScheduledBackupArgs } from "./scheduledBackupArgs";

/** Declares the password of the role `backup`, where the task's container gets it from. */
export function passwordSecret(args: ScheduledBackupArgs, { name, options }: Children): Secret {
  const secret = new Secret(
    name("database-password"),
    {
      name: awsNames(args.physicalName).passwordSecret,
      tags: args.tags,
      description: "Password of the PostgreSQL role backup",
      kmsKeyId: args.key?.arn,
      recoveryWindowInDays: args.secretRecoveryDays ?? 7,
      // Asks for none: a policy that somebody attaches is reported, and removed.
      policy: "{}",
    },
    { ...options, ...takenBack(args.existingSecret?.arn, args.existingSecret?.unknown ?? []) },
  );
  new SecretVersion(
    name("database-password-version"),
    {
      secretId: secret.id,
      secretString: pulumi.secret(args.connection.password),
      // Named, so that a password that somebody else puts in is found and taken back.
      versionStages: ["AWSCURRENT"],
    },
    options,
  );
  return secret;
}
