import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../../../../foundation/json";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { statementsIn } from "./policyText";

/** Returns the instance profiles with a role of the stack. Only services assume its roles, and no instance. */
export async function profilesOfRoles(
  { iam }: Pick<AwsClients, "iam">,
  rolePrefixes: readonly string[],
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateListInstanceProfiles } = await import("./sdk");
  const found: [string, string][] = [];
  for await (const { InstanceProfiles = [] } of paginateListInstanceProfiles(
    { client: iam, pageSize: 1000 },
    {},
  )) {
    signal.throwIfAborted();
    for (const { InstanceProfileName, Roles = [] } of InstanceProfiles) {
      for (const { RoleName = "" } of Roles) {
        if (!rolePrefixes.some((prefix) => RoleName.startsWith(prefix))) continue;
        found.push([`instance profile ${InstanceProfileName}`, `role ${RoleName}`]);
      }
    }
  }
  return Object.fromEntries(found);
}

/** Returns the permissions of others on the repository of the backup image. The account decides: another account may pull from it. */
export async function permissionsOnRepository(
  { ecr }: Pick<AwsClients, "ecr">,
  repositoryName: string,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const { GetRepositoryPolicyCommand } = await import("./sdk");
  const { policyText = "" } = await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }), {
    abortSignal,
  });
  return Object.fromEntries(
    statementsIn(policyText).map(({ Sid, ...statement }, index) => [
      `image repository permission ${repositoryName} ${Sid ?? index}`,
      canonicalJson(statement as JsonValue),
    ]),
  );
}

/** Returns the policy of a topic that masks or rejects messages, such as those of alarms. The stack's topics have none. */
export async function dataProtectionOfTopic(
  { sns }: Pick<AwsClients, "sns">,
  ResourceArn: string,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const { GetDataProtectionPolicyCommand } = await import("./sdk");
  const { DataProtectionPolicy } = await sns.send(new GetDataProtectionPolicyCommand({ ResourceArn }), {
    abortSignal,
  });
  if (!DataProtectionPolicy) return {};
  const hash = createHash("sha256").update(DataProtectionPolicy).digest("hex").slice(0, 8);
  return { [`topic data protection ${ResourceArn.split(":").at(-1)}`]: `policy ${hash}` };
}
