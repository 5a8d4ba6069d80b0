import type { Key } from "@pulumi/aws/kms/key";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import type { AwsTags } from "./awsTags";
import { type Children, takenBack } from "./component";
import type { DatabaseConnection } from "./databaseConnection";

export interface PasswordSecretArgs {
  /** The secret's name in AWS. */
  readonly name: string;
  /** The role of the database that it is the password of. */
  readonly role: string;
  readonly connection: DatabaseConnection;
  readonly tags: AwsTags;
  readonly key?: Key | undefined;
  /** Days in which it can be brought back, 7 to 30; 0 deletes it at once. Default 7. */
  readonly secretRecoveryDays?: number | undefined;
  readonly existingSecret?: ExistingSecret | undefined;
}

/**
 * A secret that is there of an earlier life of the stack and is taken back, and the inputs that AWS does not keep of it and that
 * therefore stay as the state has them.
 */
export interface ExistingSecret {
  readonly arn: string;
  readonly unknown: string[];
}

/** Declares the password of a role of the database, where a program in AWS gets it from. */
export function passwordSecret(args: PasswordSecretArgs, { name, options }: Children): Secret {
  const secret = new Secret(
    name("database-password"),
    {
      name: args.name,
      tags: args.tags,
      description: `Password of the PostgreSQL role ${args.role}`,
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
