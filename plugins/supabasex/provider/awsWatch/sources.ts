import { createHash } from "node:crypto";
import { canonicalJson } from "../../../../foundation/json";
import type { Entries } from "../watch/watched";
import { bucketSettingKinds, isRuleOf, readBucketSetting } from "./bucketSettings";
import type { AwsClients } from "./clients";
import {
  eventSourcesOfFunction,
  permissionsOnFunction,
  versionsOfFunction,
  waysIntoFunction,
} from "./functions";
import { copiesOfSecret, grantsOnKey, rotationOfSecret } from "./keys";
import { addedToNetwork, connectedToNetwork, type DeclaredNetwork } from "./network";

/** Resources of the stack in AWS to which others can add something, and what the stack adds itself. */
export interface DeclaredInAws {
  readonly bucket: string;
  /** Kinds of settings of the bucket that are resources of the stack, and are reported by these. */
  readonly bucketSettings: readonly string[];
  /**
   * ARN of the role with which the stack's own rule copies backups, even if the stack has no rule: the deployment that stops
   * copying deletes the rule after this resource was updated. Undefined for the bucket of the copies, which has no rule.
   */
  readonly replicationRole?: string | undefined;
  /** ARN of the topic; undefined if it is not the stack's own. */
  readonly topic: string | undefined;
  /** Subscriptions as `<protocol> <endpoint>`. */
  readonly subscriptions: readonly string[];
  /** Rule → ids of its targets. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  readonly scheduleGroup: string;
  readonly schedules: readonly string[];
  /** ARN of the cluster, which only runs scheduled tasks. */
  readonly cluster: string;
  readonly logGroups: readonly string[];
  /** Names of the functions. */
  readonly functions: readonly string[];
  /** ARN of the key; undefined if the stack has none of its own. */
  readonly key: string | undefined;
  /** ARN of the secret with the password. */
  readonly secret: string;
  /** The stack's own network; undefined if it has none. */
  readonly network: DeclaredNetwork | undefined;
  /** The copies of the backups in a second region; undefined if there are none. */
  readonly replica: DeclaredReplica | undefined;
}

/** Resources in the region of the copies to which others can add something. */
export interface DeclaredReplica
  extends Pick<
    DeclaredInAws,
    "bucket" | "key" | "topic" | "subscriptions" | "targets" | "bucketSettings" | "replicationRole"
  > {
  readonly region: string;
}

interface Question {
  readonly aws: AwsClients;
  readonly declared: DeclaredInAws;
  /** Clients in the region of the copies; undefined if there are none. */
  readonly awsOfReplica?: AwsClients | undefined;
  readonly signal: AbortSignal;
}

/** Input of the sources that also read the copies. */
interface PlaceQuestion {
  readonly aws: AwsClients;
  readonly declared: Omit<DeclaredReplica, "region">;
  readonly signal: AbortSignal;
}

type Source<Asked = Question> = (question: Asked) => Promise<Entries>;

/** Error codes that mean that the resource does not exist, or that the bucket has no such setting. */
const nothing = new Set([
  "NoSuchBucket",
  "NotFound",
  "NotFoundException",
  "ResourceNotFoundException",
  "NoSuchCORSConfiguration",
  "NoSuchWebsiteConfiguration",
  "ReplicationConfigurationNotFoundError",
  "ClusterNotFoundException",
]);
const refused = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError",
  "AuthorizationErrorException",
  // EC2's code for a missing permission.
  "UnauthorizedOperation",
]);

/** Name → a read of what exists and is not declared, both for the backups and for their copies. */
const placeSources: Readonly<Record<string, Source<PlaceQuestion>>> = {
  "topic subscriptions": async ({ aws, declared, signal }) => {
    if (declared.topic === undefined) return {};
    const { paginateListSubscriptionsByTopic } = await import("./sdk");
    const found: [string, string][] = [];
    const pages = paginateListSubscriptionsByTopic({ client: aws.sns }, { TopicArn: declared.topic });
    for await (const { Subscriptions = [] } of pages) {
      signal.throwIfAborted();
      for (const { Protocol = "", Endpoint = "", Owner = "" } of Subscriptions) {
        if (declared.subscriptions.includes(`${Protocol} ${Endpoint}`)) continue;
        found.push([`topic subscription ${Protocol} ${withoutSecret(Endpoint)}`, `of account ${Owner}`]);
      }
    }
    return Object.fromEntries(found);
  },
  "event targets": async ({ aws, declared, signal }) => {
    const { ListTargetsByRuleCommand } = await import("./sdk");
    const lists = await Promise.all(
      Object.entries(declared.targets).map(async ([Rule, ids]) => {
        const { Targets = [] } = await aws.events.send(new ListTargetsByRuleCommand({ Rule }), {
          abortSignal: signal,
        });
        return Targets.filter(({ Id = "" }) => !ids.includes(Id)).map(
          ({ Id, Arn }) => [`event target ${Rule} ${Id}`, String(Arn)] as const,
        );
      }),
    );
    return Object.fromEntries(lists.flat());
  },
  "key grants": async ({ aws, declared: { key }, signal }) =>
    key === undefined ? {} : await grantsOnKey(aws, key, signal),
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
      async ({ aws, declared, signal }: PlaceQuestion): Promise<Entries> => {
        const { bucket, bucketSettings, replicationRole } = declared;
        if (bucketSettings.includes(kind)) return {};
        const found = await readBucketSetting[kind](aws, bucket, signal);
        if (found === undefined || (kind === "replication" && isRuleOf(replicationRole, found))) return {};
        return { [`bucket ${kind} ${bucket}`]: canonicalJson(found) };
      },
    ]),
  ),
};

/** Name → the same for what exists only in the stack's region. */
const ownSources: Readonly<Record<string, Source>> = {
  schedules: async ({ aws, declared, signal }) => {
    const { paginateListSchedules } = await import("./sdk");
    const found: [string, string][] = [];
    const pages = paginateListSchedules({ client: aws.scheduler }, { GroupName: declared.scheduleGroup });
    for await (const { Schedules = [] } of pages) {
      signal.throwIfAborted();
      for (const { Name = "", State, Target } of Schedules) {
        if (declared.schedules.includes(Name)) continue;
        found.push([`schedule ${declared.scheduleGroup}/${Name}`, `${State}, ${Target?.Arn}`]);
      }
    }
    return Object.fromEntries(found);
  },
  "cluster services": async ({ aws, declared: { cluster }, signal }) => {
    const { DescribeServicesCommand, paginateListServices } = await import("./sdk");
    const found: [string, string][] = [];
    // A page has ten services, the maximum for one describe request.
    for await (const { serviceArns = [] } of paginateListServices({ client: aws.ecs }, { cluster })) {
      signal.throwIfAborted();
      if (serviceArns.length === 0) continue;
      const { services = [] } = await aws.ecs.send(
        new DescribeServicesCommand({ cluster, services: serviceArns }),
      );
      // AWS lists a deleted service for a while.
      for (const { serviceName, serviceArn } of services.filter(({ status }) => status !== "INACTIVE")) {
        found.push([`cluster service ${serviceName}`, String(serviceArn)]);
      }
    }
    return Object.fromEntries(found);
  },
  network: async ({ aws, declared: { network }, signal }) =>
    network === undefined ? {} : await addedToNetwork(aws, network, signal),
  "network connections": async ({ aws, declared: { network }, signal }) =>
    network === undefined ? {} : await connectedToNetwork(aws, network, signal),
  "log subscriptions": async ({ aws, declared: { logGroups }, signal }) => {
    const lists = await Promise.all(logGroups.map((group) => subscriptionsOf(aws, group, signal)));
    return Object.fromEntries(lists.flat());
  },
  "function permissions": async ({ aws, declared: { functions }, signal }) => {
    const lists = await Promise.all(functions.map((name) => permissionsOnFunction(aws, name, signal)));
    return Object.assign({}, ...lists);
  },
  "function callers": async ({ aws, declared: { functions }, signal }) => {
    const lists = await Promise.all(functions.map((name) => waysIntoFunction(aws, name, signal)));
    return Object.assign({}, ...lists);
  },
  "function event sources": async ({ aws, declared: { functions }, signal }) => {
    const lists = await Promise.all(functions.map((name) => eventSourcesOfFunction(aws, name, signal)));
    return Object.assign({}, ...lists);
  },
  "function versions": async ({ aws, declared: { functions }, signal }) => {
    const lists = await Promise.all(functions.map((name) => versionsOfFunction(aws, name, signal)));
    return Object.assign({}, ...lists);
  },
  "secret rotation": async ({ aws, declared: { secret }, signal }) =>
    await rotationOfSecret(aws, secret, signal),
  "secret copies": async ({ aws, declared: { secret }, signal }) => await copiesOfSecret(aws, secret, signal),
};

const sources: Readonly<Record<string, Source>> = {
  ...placeSources,
  ...ownSources,
  ...Object.fromEntries(
    Object.entries(placeSources).map(([name, source]) => [
      `copies: ${name}`,
      async ({ declared: { replica }, awsOfReplica, signal }: Question): Promise<Entries> => {
        if (replica === undefined || awsOfReplica === undefined) return {};
        const found = await source({ aws: awsOfReplica, declared: replica, signal });
        // A topic and a key have the same names in both regions. Without the region, one acceptance would cover both.
        return Object.fromEntries(
          Object.entries(found).map(([identity, value]) => [`${identity} in ${replica.region}`, value]),
        );
      },
    ]),
  ),
};

/** Returns the subscribers of a log group; none if the first deployment has not created it yet. */
async function subscriptionsOf(
  { logs }: AwsClients,
  logGroupName: string,
  signal: AbortSignal,
): Promise<[string, string][]> {
  const { NoSuchLogGroup, paginateDescribeSubscriptionFilters } = await import("./sdk");
  const found: [string, string][] = [];
  try {
    for await (const page of paginateDescribeSubscriptionFilters({ client: logs }, { logGroupName })) {
      signal.throwIfAborted();
      for (const { filterName, destinationArn } of page.subscriptionFilters ?? []) {
        found.push([`log subscription ${logGroupName} ${filterName}`, String(destinationArn)]);
      }
    }
  } catch (error) {
    if (!(error instanceof NoSuchLogGroup)) throw error;
  }
  return found;
}

/** The names of all sources. */
export const sourceNames: readonly string[] = Object.keys(sources);

/** Returns what a source finds in addition to the stack's resources; undefined if the credentials may not read it. */
export async function readAwsSource(name: string, question: Question): Promise<Entries | undefined> {
  const source = sources[name];
  if (source === undefined) throw new Error(`there is no source ${name}`);
  try {
    return await source(question);
  } catch (error) {
    const code = error instanceof Error ? error.name : "";
    if (nothing.has(code)) return {};
    if (refused.has(code)) return undefined;
    throw error;
  }
}

/** Returns an endpoint without secrets. A webhook's URL often suffices to call it, so only its host and a hash are shown. */
function withoutSecret(endpoint: string): string {
  if (!/^https?:/.test(endpoint)) return endpoint;
  const hash = createHash("sha256").update(endpoint).digest("hex").slice(0, 8);
  return URL.canParse(endpoint) ? `${new URL(endpoint).origin}/ ${hash}` : hash;
}
