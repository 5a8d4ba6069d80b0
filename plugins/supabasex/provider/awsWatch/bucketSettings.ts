import { canonicalJson, type JsonValue } from "../../../../foundation/json";
import type { Entries } from "../watch/watched";
import { accessGrantsOnBucket, tooManyGrants } from "./accessGrants";
import { accessPointsOfBucket } from "./accessPoints";
import type { AwsClients } from "./clients";
import type { BucketQuestion, Source } from "./declared";
import { tooMany } from "./tooMany";

/** The kinds of settings of a bucket that AwsWatch reads. */
const bucketSettingKinds = [
  "CORS",
  "website",
  "replication",
  "notification",
  "logging",
  "inventory",
  "analytics",
] as const;

type BucketSettingKind = (typeof bucketSettingKinds)[number];

type BucketSetting = (
  aws: Pick<AwsClients, "s3">,
  Bucket: string,
  signal: AbortSignal,
) => Promise<JsonValue | undefined>;

/** Bucket settings that the stack leaves unset. */
const readBucketSetting: Readonly<Record<BucketSettingKind, BucketSetting>> = {
  CORS: async ({ s3 }, Bucket, abortSignal) => {
    const { GetBucketCorsCommand } = await import("./sdk");
    const { CORSRules } = await s3.send(new GetBucketCorsCommand({ Bucket }), { abortSignal });
    return unlessEmpty(CORSRules);
  },
  website: async ({ s3 }, Bucket, abortSignal) => {
    const { GetBucketWebsiteCommand } = await import("./sdk");
    const { $metadata: _, ...website } = await s3.send(new GetBucketWebsiteCommand({ Bucket }), {
      abortSignal,
    });
    return unlessEmpty(website);
  },
  replication: async ({ s3 }, Bucket, abortSignal) => {
    const { GetBucketReplicationCommand } = await import("./sdk");
    const answer = await s3.send(new GetBucketReplicationCommand({ Bucket }), { abortSignal });
    return unlessEmpty(answer.ReplicationConfiguration);
  },
  notification: async ({ s3 }, Bucket, abortSignal) => {
    const { GetBucketNotificationConfigurationCommand } = await import("./sdk");
    const { $metadata: _, ...rest } = await s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket }),
      {
        abortSignal,
      },
    );
    return unlessEmpty(rest);
  },
  logging: async ({ s3 }, Bucket, abortSignal) => {
    const { GetBucketLoggingCommand } = await import("./sdk");
    return unlessEmpty(
      (await s3.send(new GetBucketLoggingCommand({ Bucket }), { abortSignal })).LoggingEnabled,
    );
  },
  inventory: async ({ s3 }, Bucket, abortSignal) => {
    const { ListBucketInventoryConfigurationsCommand } = await import("./sdk");
    const answer = await s3.send(new ListBucketInventoryConfigurationsCommand({ Bucket }), { abortSignal });
    return unlessEmpty(answer.InventoryConfigurationList);
  },
  analytics: async ({ s3 }, Bucket, abortSignal) => {
    const { ListBucketAnalyticsConfigurationsCommand } = await import("./sdk");
    const answer = await s3.send(new ListBucketAnalyticsConfigurationsCommand({ Bucket }), { abortSignal });
    return unlessEmpty(answer.AnalyticsConfigurationList);
  },
};

/** Name → a read of what is set on a bucket and not declared. */
export const bucketSources: Readonly<Record<string, Source<BucketQuestion>>> = {
  "bucket access points": async ({ aws, declared: { account, bucket }, signal }) =>
    account === undefined
      ? {}
      : await accessPointsOfBucket(aws, { Bucket: bucket, AccountId: account }, signal),
  "bucket access grants": async ({ aws, declared: { account, bucket }, signal, notice }) => {
    if (account === undefined) return {};
    const found = await accessGrantsOnBucket(aws, { Bucket: bucket, AccountId: account }, signal);
    if (found !== undefined) return found;
    notice?.(tooManyGrants);
    return tooMany(`access grants ${bucket}`);
  },
  "bucket access": async ({ aws, declared: { bucket }, signal }) => {
    const { GetBucketAclCommand } = await import("./sdk");
    const { Owner, Grants = [] } = await aws.s3.send(new GetBucketAclCommand({ Bucket: bucket }), {
      abortSignal: signal,
    });
    return Object.fromEntries(
      Grants.filter(({ Grantee }) => Grantee?.ID === undefined || Grantee.ID !== Owner?.ID).map(
        ({ Grantee, Permission }) => [
          `bucket access granted ${bucket} ${Grantee?.URI ?? Grantee?.EmailAddress ?? Grantee?.ID} ${Permission}`,
          "by an ACL",
        ],
      ),
    );
  },
  ...Object.fromEntries(
    bucketSettingKinds.map((kind) => [
      `bucket ${kind}`,
      async ({ aws, declared, signal }: BucketQuestion): Promise<Entries> => {
        const { bucket, bucketSettings, replicationRole } = declared;
        if (bucketSettings.includes(kind)) return {};
        const found = await readBucketSetting[kind](aws, bucket, signal);
        if (found === undefined || (kind === "replication" && isRuleOf(replicationRole, found))) return {};
        return { [`bucket ${kind} ${bucket}`]: canonicalJson(found) };
      },
    ]),
  ),
};

/** Returns whether a replication configuration uses this role, so it is the stack's own rule. */
function isRuleOf(role: string | undefined, replication: JsonValue): boolean {
  if (role === undefined || replication === null || typeof replication !== "object") return false;
  return "Role" in replication && replication.Role === role;
}

/** Returns the value as plain JSON without empty parts. */
function unlessEmpty(value: unknown): JsonValue | undefined {
  const text = JSON.stringify(value ?? null, (_, item: unknown) =>
    item !== null && typeof item === "object" && Object.keys(item).length === 0 ? undefined : item,
  );
  const plain = text === undefined ? null : (JSON.parse(text) as JsonValue);
  return plain === null || (typeof plain === "object" && Object.keys(plain).length === 0) ? undefined : plain;
}
