import { shortHash } from "../watch/shortHash";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { allItems } from "./pages";
import { statementEntries } from "./policyText";

/** Returns the instance profiles with a role of the stack. Only services assume its roles, and no instance. */
export async function profilesOfRoles(
  { iam }: Pick<AwsClients, "iam">,
  rolePrefixes: readonly string[],
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateListInstanceProfiles } = await import("./sdk");
  const pages = paginateListInstanceProfiles({ client: iam, pageSize: 1000 }, {});
  const profiles = await allItems(pages, signal, ({ InstanceProfiles }) => InstanceProfiles);
  return Object.fromEntries(
    profiles.flatMap(({ InstanceProfileName, Roles = [] }) =>
      Roles.filter(({ RoleName = "" }) => rolePrefixes.some((prefix) => RoleName.startsWith(prefix))).map(
        ({ RoleName }) => [`instance profile ${InstanceProfileName}`, `role ${RoleName}`],
      ),
    ),
  );
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
  return statementEntries(policyText, `image repository permission ${repositoryName}`);
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
  const identity = `topic data protection ${ResourceArn.split(":").at(-1)}`;
  return { [identity]: `policy ${shortHash(DataProtectionPolicy)}` };
}
