import { awsNames } from "../../components/awsNames";
import { replicaPurpose } from "../../components/awsTags";

/** A tagged resource of the account, as the tagging service returns it. */
export interface TaggedResource {
  readonly arn: string;
  /** The value of its tag `thorbis:stack`. */
  readonly stack: string;
  /** The value of its tag `thorbis:purpose`, if it has one. */
  readonly purpose?: string | undefined;
}

/** The names that a stack will claim in its account and region. */
export interface Claim {
  /** The value of the tag `thorbis:stack`. */
  readonly stack: string;
  /** As for `pulumi config set --stack`. */
  readonly stackName: string;
  readonly prefix: string;
  readonly bucketName: string;
  /** Earlier buckets of the stack, which stay. */
  readonly retiredBucketNames: readonly string[];
  /** The name of the bucket with the copies in a second region, if there are any. */
  readonly replicaBucketName?: string | undefined;
}

/** What a deployment would do with the key of the backups. */
export interface KeyClaim extends Pick<Claim, "stackName"> {
  /** Ids of enabled keys that the stack has tagged. */
  readonly keyIds: readonly string[];
  /** Whether the stack's bucket exists. */
  readonly hasBucket: boolean;
  readonly ownKey: boolean;
  readonly deletionProtection: boolean;
}

/**
 * Returns why the key must stay: without it, the backups that it encrypts are unreadable. With deletion protection, the key
 * stays anyway.
 */
export function keyIssues({ stackName, keyIds, hasBucket, ownKey, deletionProtection }: KeyClaim): string[] {
  if (ownKey || deletionProtection || !hasBucket) return [];
  return keyIds.map(
    (id) =>
      `backup.ownKey is off, but the key ${id} encrypts the stack's backups, and the deployment would schedule its deletion, which makes the backups unreadable: set it back with \`pulumi config set --stack ${stackName} --path 'thorbis-supabase:backup.ownKey' true\`, or keep the key (docs/operations.md, "Stop using a key of your own").`,
  );
}

/** The first group matches the name of a bucket or secret, or the id of a key. */
export const bucketArnPattern = /^arn:[^:]+:s3:::([^/]+)$/;
/** Secrets Manager appends a hyphen and six characters to the name. */
export const secretArnPattern = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-\w{6}$/;
export const keyArnPattern = /^arn:[^:]+:kms:[^:]*:[^:]*:key\/(.+)$/;

const bucketOf = (arn: string): string | undefined => bucketArnPattern.exec(arn)?.[1];
/** Returns the name of a log group, a function, a queue and so on: the part after account and kind. */
const nameOf = (arn: string): string =>
  secretArnPattern.exec(arn)?.[1] ??
  arn
    .split(":")
    .slice(5)
    .join(":")
    .replace(/^(log-group:|function:|cluster\/|role\/|rule\/|schedule-group\/)/, "");

/**
 * Types of resources whose names show the prefix of a stack. Types that hold no data, and types that AWS still lists after
 * their deletion, are not included.
 */
const namesWithPrefix = Object.entries(awsNames("<prefix>"))
  .filter(([part]) => ["logGroup", "databaseProbeLogGroup", "deadLetterQueue", "alarmTopic"].includes(part))
  .map(([, name]) => new RegExp(`^${name.replace("<prefix>", "([a-z0-9-]+)")}$`));

function prefixOf(arn: string): string | undefined {
  const name = nameOf(arn);
  return namesWithPrefix.flatMap((pattern) => pattern.exec(name)?.[1] ?? [])[0];
}

/**
 * Returns the reasons against the claim, one sentence each: names that another stack has, and names that this stack has
 * and would lose. AWS itself would silently return an existing topic or queue, and a renamed bucket would leave its
 * backups behind.
 */
export function claimIssues(claim: Claim, tagged: readonly TaggedResource[]): string[] {
  return [...takenNames(claim, tagged), ...renamedBucket(claim, tagged), ...renamedPrefix(claim, tagged)];
}

/**
 * Returns the reasons against the claim in the region of the copies: names that another stack has there, and a bucket with copies of
 * this stack that would be left behind.
 */
export function replicaClaimIssues(claim: Claim, tagged: readonly TaggedResource[]): string[] {
  const { stack, stackName, replicaBucketName } = claim;
  if (replicaBucketName === undefined) return [];
  const own = tagged
    .filter((resource) => resource.stack === stack && resource.purpose === replicaPurpose)
    .flatMap(({ arn }) => bucketOf(arn) ?? []);
  const left = own.filter((name) => name !== replicaBucketName && !claim.retiredBucketNames.includes(name));
  const key = "thorbis-supabase:backup.replica.bucketName";
  return [
    ...takenNames({ ...claim, bucketName: replicaBucketName }, tagged, "backup.replica.bucketName"),
    ...left.map(
      (name) =>
        `backup.replica.bucketName is ${replicaBucketName}, but the copies of the stack's backups are in ${name}: set it back with \`pulumi config set --stack ${stackName} --path '${key}' ${name}\`, or move on purpose (docs/operations.md, "Copies in a second region").`,
    ),
  ];
}

function takenNames(
  { stack, stackName, prefix, bucketName }: Claim,
  tagged: readonly TaggedResource[],
  bucketKey = "backup.bucketName",
): string[] {
  const names: readonly string[] = Object.values(awsNames(prefix));
  const foreign = tagged.filter((resource) => resource.stack !== stack);
  const taken = foreign.find(({ arn }) => names.includes(nameOf(arn)));
  const bucket = foreign.find(({ arn }) => bucketOf(arn) === bucketName);
  return [
    ...(taken === undefined
      ? []
      : [
          `${nameOf(taken.arn)} belongs to stack ${taken.stack}, which has the resource prefix ${prefix} too: give this stack another with \`pulumi config set --stack ${stackName} --path 'thorbis-supabase:project.resourcePrefix' <prefix>\`.`,
        ]),
    ...(bucket === undefined
      ? []
      : [
          `The bucket ${bucketName} belongs to stack ${bucket.stack}: give this stack another with \`pulumi config set --stack ${stackName} --path 'thorbis-supabase:${bucketKey}' <name>\`.`,
        ]),
  ];
}

function renamedBucket(claim: Claim, tagged: readonly TaggedResource[]): string[] {
  const own = tagged
    .filter(({ stack, purpose }) => stack === claim.stack && purpose === undefined)
    .flatMap(({ arn }) => bucketOf(arn) ?? []);
  const left = own.filter((name) => name !== claim.bucketName && !claim.retiredBucketNames.includes(name));
  return left.map(
    (name) =>
      `backup.bucketName is ${claim.bucketName}, but the stack's backups are in ${name}: set it back with \`pulumi config set --stack ${claim.stackName} --path 'thorbis-supabase:backup.bucketName' ${name}\`, or move on purpose (docs/operations.md, "Move to another bucket").`,
  );
}

function renamedPrefix(claim: Claim, tagged: readonly TaggedResource[]): string[] {
  const own = tagged.filter(({ stack }) => stack === claim.stack).flatMap(({ arn }) => prefixOf(arn) ?? []);
  if (own.length === 0 || own.includes(claim.prefix)) return [];
  return [
    `The stack's resources in AWS are named ${own[0]}-…, and would all be replaced by ${claim.prefix}-…: set \`pulumi config set --stack ${claim.stackName} --path 'thorbis-supabase:project.resourcePrefix' ${own[0]}\`.`,
  ];
}
