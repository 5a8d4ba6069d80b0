import { getRole } from "@pulumi/aws/iam/getRole";
import { type GetKeyResult, getKey } from "@pulumi/aws/kms/getKey";
import { getResources } from "@pulumi/aws/resourcegroupstaggingapi/getResources";
import { getSecret } from "@pulumi/aws/secretsmanager/getSecret";
import * as pulumi from "@pulumi/pulumi";
import { awsNames, subnetNames } from "../../components/awsNames";
import { purposeTag, stackTag, stackTagValue } from "../../components/awsTags";
import { replicaBucketName } from "../../config/aws/replicaBucket";
import { resourcePrefix } from "../../config/aws/resourcePrefix";
import { UserError } from "../../foundation/userError";
import { type BackupsConfig, usesOwnKey } from "../backupsConfig";
import {
  bucketArnPattern,
  claimIssues,
  keyArnPattern,
  keyIssues,
  replicaClaimIssues,
  secretArnPattern,
  type TaggedResource,
} from "./claims";
import { networkIssues, subnetsOfNetwork, zonesOfNetwork } from "./ownNetwork";

/** Resources of the stack in AWS that are imported if its state does not contain them any more. */
export interface OwnedResources {
  /** The name of its bucket. */
  readonly bucketName?: string;
  /** The names of all its buckets. */
  readonly bucketNames?: readonly string[];
  /** The id of its key, if exactly one is enabled. */
  readonly keyId?: string;
  /** The ARNs of the secrets with passwords of database roles. */
  readonly secretArns?: Readonly<Partial<Record<SecretRole, string>>>;
  /** Its bucket with copies and the key for them, in the second region. */
  readonly replica?: { readonly bucketName?: string; readonly keyId?: string };
  /** The zones of the private subnets of its own network, if both exist. */
  readonly networkZones?: readonly string[];
}

/** The database roles whose password a program in AWS reads from a secret. */
type SecretRole = "backup" | "monitoring";

let owned: OwnedResources = {};

/** Returns what `claimNames` found. */
export function ownedResources(): OwnedResources {
  return owned;
}

/**
 * Looks up our stacks' resources in the account and region. Before any resource is registered, refuses a configuration
 * whose names belong to another stack or would orphan resources of this stack, a change of its network that EC2 would
 * refuse halfway, and a secret that is scheduled for deletion. Needs the permissions `tag:GetResources`,
 * `iam:GetRole`, `kms:DescribeKey` and `secretsmanager:DescribeSecret`, and with the stack's own network `ec2:DescribeSubnets` and
 * `ec2:DescribeVpc*`.
 * @throws UserError with all issues.
 */
export async function claimNames({ project, backup }: BackupsConfig): Promise<void> {
  const stack = stackTagValue();
  const claim = {
    stack,
    stackName: pulumi.getStack(),
    prefix: resourcePrefix(project),
    bucketName: backup.bucketName,
    retiredBucketNames: backup.retiredBucketNames,
    replicaBucketName: backup.replica && replicaBucketName(backup.bucketName, backup.replica),
  };
  const { network, replica } = backup;
  const [tagged, role, taggedCopies, subnets] = await Promise.all([
    taggedResources(),
    taggedRole(awsNames(claim.prefix).schedulerRole),
    replica === undefined ? [] : taggedResources(replica.region),
    network === undefined ? [] : subnetsOfNetwork(stack, Object.values(subnetNames(claim.prefix))),
  ]);
  const ownIn = (resources: readonly TaggedResource[]) =>
    resources.filter((resource) => resource.stack === stack).map(({ arn }) => arn);
  const own = ownIn(tagged);
  const hasBucket = own.some((arn) => bucketArnPattern.exec(arn)?.[1] === backup.bucketName);
  const keys = await liveKeys(own.filter((arn) => keyArnPattern.test(arn)));
  const issues = [
    ...claimIssues(claim, [...tagged, ...role]),
    ...keyIssues({
      ...{ stackName: claim.stackName, keyIds: keys.map(({ id }) => id), hasBucket },
      ownKey: usesOwnKey({ project, backup }),
      deletionProtection: project.deletionProtection,
    }),
    ...replicaClaimIssues(claim, taggedCopies),
    ...(network === undefined ? [] : networkIssues(claim.stackName, network, subnets)),
  ];
  if (issues.length > 0) throw new UserError(issues.join("\n"));

  const keyId = onlyOne(enabledIds(keys));
  const names = awsNames(claim.prefix);
  const networkZones = network === undefined ? undefined : zonesOfNetwork(network.cidrBlock, subnets);
  const secretArn = (role: SecretRole, name: string) =>
    liveSecret(
      role,
      own.find((arn) => secretArnPattern.exec(arn)?.[1] === name),
    );
  const [backupSecret, monitoringSecret] = await Promise.all([
    secretArn("backup", names.passwordSecret),
    secretArn("monitoring", names.monitoringPasswordSecret),
  ]);
  owned = {
    ...(hasBucket && { bucketName: backup.bucketName }),
    bucketNames: own.flatMap((arn) => bucketArnPattern.exec(arn)?.[1] ?? []),
    ...(keyId !== undefined && { keyId }),
    ...(networkZones !== undefined && { networkZones }),
    ...(replica !== undefined && {
      replica: await ownedReplica(ownIn(taggedCopies), claim.replicaBucketName, replica.region),
    }),
    secretArns: {
      ...(backupSecret !== undefined && { backup: backupSecret }),
      ...(monitoringSecret !== undefined && { monitoring: monitoringSecret }),
    },
  };
}

async function ownedReplica(
  arns: readonly string[],
  bucketName: string | undefined,
  region: string,
): Promise<NonNullable<OwnedResources["replica"]>> {
  const hasBucket = arns.some((arn) => bucketArnPattern.exec(arn)?.[1] === bucketName);
  const keyId = onlyOne(
    enabledIds(
      await liveKeys(
        arns.filter((arn) => keyArnPattern.test(arn)),
        region,
      ),
    ),
  );
  return {
    ...(hasBucket && bucketName !== undefined && { bucketName }),
    ...(keyId !== undefined && { keyId }),
  };
}

/** Returns all resources of the account and a region that one of our stacks has tagged. Default: the provider's region. */
async function taggedResources(region?: string): Promise<TaggedResource[]> {
  const place = region === undefined ? {} : { region };
  const { resourceTagMappingLists } = await getResources({ ...place, tagFilters: [{ key: stackTag }] });
  return resourceTagMappingLists.map(({ resourceArn, tags }) => ({
    arn: resourceArn,
    stack: tags[stackTag] ?? "",
    purpose: tags[purposeTag],
  }));
}

/**
 * Returns the role if one of our stacks has tagged it. Roles and dashboards are global. A stack with the same prefix in another
 * region may own them, and the tags in this region do not show that.
 */
async function taggedRole(name: string): Promise<TaggedResource[]> {
  try {
    const { arn, tags } = await getRole({ name });
    const stack = tags[stackTag];
    return stack === undefined ? [] : [{ arn, stack }];
  } catch (error) {
    // A deploy role may only read the roles of its own prefix.
    if (!isMissing(error) && !/AccessDenied/.test(String(error))) throw error;
    return [];
  }
}

/** Returns whether a look-up found nothing. */
const isMissing = (error: unknown): boolean =>
  /couldn't find resource|empty result|NoSuchEntity/.test(String(error));

/** Returns the keys that are not scheduled for deletion. Those still have their tags. */
async function liveKeys(arns: readonly string[], region?: string): Promise<GetKeyResult[]> {
  const place = region === undefined ? {} : { region };
  const keys = await Promise.all(arns.map((keyId) => getKey({ ...place, keyId })));
  return keys.filter(({ keyState }) => !/^Pending(Replica)?Deletion$/.test(keyState));
}

const enabledIds = (keys: readonly GetKeyResult[]): string[] =>
  keys.filter(({ keyState }) => keyState === "Enabled").map(({ id }) => id);

/** Returns the key if there is exactly one. If there are several, it is unknown which one the stack uses. */
const onlyOne = ([key, ...others]: readonly string[]): string | undefined =>
  others.length === 0 ? key : undefined;

/**
 * Returns the secret of a role. A secret that is scheduled for deletion still has its tags and reserves its name.
 * @throws UserError for such a secret.
 */
async function liveSecret(role: SecretRole, arn: string | undefined): Promise<string | undefined> {
  if (arn === undefined) return undefined;
  try {
    return (await getSecret({ arn })).arn;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new UserError(
      `The secret ${arn} of the role ${role} is scheduled for deletion: restore it with \`aws secretsmanager restore-secret --secret-id ${arn}\`, then run the deployment again, which takes it over.`,
    );
  }
}
