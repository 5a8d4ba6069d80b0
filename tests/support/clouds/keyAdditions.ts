import {
  CreateGrantCommand,
  type KMSClient,
  ListGrantsCommand,
  RevokeGrantCommand,
} from "@aws-sdk/client-kms";

/** The role to which the grants give the key. */
const grantee = "arn:aws:iam::123456789012:role/of-another-owner";

/** A grant that is added to a key of the stack. Only production has keys. */
interface KeyAddition {
  readonly name: string;
  readonly by: string;
  add(kms: KMSClient, KeyId: string): Promise<unknown>;
  remove(kms: KMSClient, KeyId: string): Promise<unknown>;
  /** What AwsWatch finds. */
  readonly found: readonly [identity: string, value: string];
}

const grant = (
  name: string,
  operations: ("Decrypt" | "CreateGrant")[],
): Omit<KeyAddition, "name" | "by"> => ({
  add: async (kms, KeyId) =>
    await kms.send(
      new CreateGrantCommand({ KeyId, GranteePrincipal: grantee, Name: name, Operations: operations }),
    ),
  remove: async (kms, KeyId) => {
    const { Grants = [] } = await kms.send(new ListGrantsCommand({ KeyId }));
    for (const { GrantId, Name } of Grants) {
      if (Name === name) await kms.send(new RevokeGrantCommand({ KeyId, GrantId }));
    }
  },
  found: [`key grant ${name}`, `${grantee} ${[...operations].sort().join(", ")}`],
});

export const keyAdditions: readonly KeyAddition[] = [
  {
    name: "another role may decrypt backups and passwords with the key",
    by: "aws kms create-grant --operations Decrypt",
    ...grant("manual", ["Decrypt"]),
  },
  {
    name: "another role may grant the key to others",
    by: "aws kms create-grant --operations Decrypt CreateGrant",
    ...grant("passed-on", ["Decrypt", "CreateGrant"]),
  },
];
