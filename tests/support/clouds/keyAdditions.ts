import {
  CreateGrantCommand,
  type KMSClient,
  ListGrantsCommand,
  RevokeGrantCommand,
} from "@aws-sdk/client-kms";

/** Whom somebody gives the key to. */
const grantee = "arn:aws:iam::123456789012:role/of-somebody-else";

/** Something that is put beside a key of the stack's own, which only production has. */
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
    name: "somebody else may open backups and passwords with the key",
    by: "aws kms create-grant --operations Decrypt",
    ...grant("by-hand", ["Decrypt"]),
  },
  {
    name: "somebody else may pass the key on",
    by: "aws kms create-grant --operations Decrypt CreateGrant",
    ...grant("passed-on", ["Decrypt", "CreateGrant"]),
  },
];
