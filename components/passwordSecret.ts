import type { Key } from "@pulumi/aws/kms/key";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import type { AwsTags } from "./awsTags";
import { type Children, importOptions } from "./component";
import type { DatabaseConnection } from "./databaseConnection";

export interface PasswordSecretArgs {
  /** The secret's name in AWS. */
  readonly name: string;
  /** The database role that has this password. */
  readonly role: string;
  readonly connection: DatabaseConnection;
  readonly tags: AwsTags;
  readonly key?: Key | undefined;
  /** Days in which it can be restored, 7 to 30; 0 deletes it at once. Default 7. */
  readonly secretRecoveryDays?: pulumi.Input<number> | undefined;
  readonly existingSecret?: ExistingSecret | undefined;
}

/**
 * A secret of an earlier deployment that is imported, and the inputs that AWS does not store, which therefore keep
 * their value from the state.
 */
export interface ExistingSecret {
  readonly arn: string;
  readonly unknown: string[];
}

/** Declares the password of a database role, which a program in AWS reads. */
export function passwordSecret(args: PasswordSecretArgs, { name, options }: Children): Secret {
  const secret = new Secret(
    name("database-password"),
    {
      name: args.name,
      tags: args.tags,
      description: `Password of the PostgreSQL role ${args.role}`,
      kmsKeyId: args.key?.arn,
      recoveryWindowInDays: args.secretRecoveryDays ?? 7,
      // Allows no policy: an attached one is reported and removed.
      policy: "{}",
    },
    { ...options, ...importOptions(args.existingSecret?.arn, args.existingSecret?.unknown ?? []) },
  );
  new SecretVersion(
    name("database-password-version"),
    {
      secretId: secret.id,
      secretString: pulumi.secret(args.connection.password),
      // The password is set explicitly, so that a changed one is detected and reset.
      versionStages: ["AWSCURRENT"],
    },
    options,
  );
  return secret;
}
