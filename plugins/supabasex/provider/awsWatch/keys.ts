import type { DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { allItems } from "./pages";
import { sharedAnswer } from "./sharedAnswers";

/**
 * Returns the grants on a key. The stack grants access only by the key's policy, and the services that it uses create no
 * grant. The holder of a grant can decrypt passwords and backups regardless of that policy.
 */
export async function grantsOnKey(
  { kms }: Pick<AwsClients, "kms">,
  KeyId: string,
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateListGrants } = await import("./sdk");
  const pages = paginateListGrants({ client: kms }, { KeyId });
  const found = await allItems(pages, signal, ({ Grants }) => Grants);
  return Object.fromEntries(
    found.map(({ GrantId, Name, GranteePrincipal, Operations = [] }) => [
      `key grant ${Name || GrantId}`,
      `${GranteePrincipal} ${[...Operations].sort().join(", ")}`,
    ]),
  );
}

/** Returns the regions to which a secret is replicated, each with its key there, which has another policy. */
export async function copiesOfSecret(
  aws: Pick<AwsClients, "secrets">,
  SecretId: string,
  signal: AbortSignal,
): Promise<Entries> {
  const { Name, ReplicationStatus = [] } = await describeSecret(aws, SecretId, signal);
  return Object.fromEntries(
    ReplicationStatus.map(({ Region, KmsKeyId }) => [
      `secret copy ${Name} ${Region}`,
      `key ${KmsKeyId ?? "of AWS"}`,
    ]),
  );
}

/** Returns the function that rotates a secret, which can read and replace it. The stack's secrets have none. */
export async function rotationOfSecret(
  aws: Pick<AwsClients, "secrets">,
  SecretId: string,
  signal: AbortSignal,
): Promise<Entries> {
  const { Name, RotationLambdaARN } = await describeSecret(aws, SecretId, signal);
  return RotationLambdaARN ? { [`secret rotation ${Name}`]: RotationLambdaARN } : {};
}

async function describeSecret(
  aws: Pick<AwsClients, "secrets">,
  SecretId: string,
  abortSignal: AbortSignal,
): Promise<DescribeSecretCommandOutput> {
  const { DescribeSecretCommand } = await import("./sdk");
  return await sharedAnswer(aws, `secret ${SecretId}`, () =>
    aws.secrets.send(new DescribeSecretCommand({ SecretId }), { abortSignal }),
  );
}
