import { partitionOf } from "../../../../config/aws/partition";
import { shortHash } from "../watch/shortHash";
import type { Entries } from "../watch/watched";
import { dataProtectionOfTopic, permissionsOnRepository, profilesOfRoles } from "./access";
import { multiRegionAccessPoints, publicAccessBlockOfAccount } from "./accessPoints";
import { muteRulesOf, redriveOfQueue } from "./alarms";
import { bucketSources } from "./bucketSettings";
import type { PlaceQuestion, Question, Source } from "./declared";
import { absent, nothing, refused, throttled } from "./errorCodes";
import {
  functionsReading,
  permissionsOnBus,
  pipesOf,
  rulesOfCluster,
  rulesOfOtherBuses,
  tooManyBuses,
} from "./eventAccess";
import {
  codeOfFunction,
  eventSourcesOfFunction,
  permissionsOnFunction,
  versionsOfFunction,
  waysIntoFunction,
} from "./functions";
import { copiesOfSecret, grantsOnKey, rotationOfSecret } from "./keys";
import { resourcePoliciesOfLogs } from "./logPolicies";
import { accountPoliciesOfLogs, metricFilterName, metricFiltersOfLog, subscriptionsOfLog } from "./logs";
import { missingPermission, throttledRead } from "./missingPermission";
import { addedToNetwork, connectedToNetwork, settingsOfNetwork } from "./network";
import { hostedZonesOfNetwork, networkAcls } from "./networkAccess";
import { interfacesInNetwork } from "./networkInterfaces";
import { isArn, ownArns, queueArn } from "./ownArns";
import { allItems } from "./pages";
import { schedulesInGroup, schedulesInOtherGroups, tooManySchedules } from "./schedules";
import { tasksInCluster } from "./tasks";
import { tooMany } from "./tooMany";

/** Name → a read of what exists and is not declared, both for the backups and for their copies. */
const placeSources: Readonly<Record<string, Source<PlaceQuestion>>> = {
  "topic subscriptions": async ({ aws, declared, signal }) => {
    if (declared.topic === undefined) return {};
    const { paginateListSubscriptionsByTopic } = await import("./sdk");
    const pages = paginateListSubscriptionsByTopic({ client: aws.sns }, { TopicArn: declared.topic });
    const found = await allItems(pages, signal, ({ Subscriptions }) => Subscriptions);
    return Object.fromEntries(
      found
        .filter(
          ({ Protocol = "", Endpoint = "" }) => !declared.subscriptions.includes(`${Protocol} ${Endpoint}`),
        )
        .map(({ Protocol = "", Endpoint = "", Owner = "" }) => [
          `topic subscription ${Protocol} ${withoutSecret(Endpoint)}`,
          `of account ${Owner}`,
        ]),
    );
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
  "alarm mute rules": async ({ aws, declared: { alarmPrefixes }, signal }) =>
    alarmPrefixes.length === 0 ? {} : await muteRulesOf(aws, alarmPrefixes, signal),
  "key grants": async ({ aws, declared: { key }, signal }) =>
    key === undefined ? {} : await grantsOnKey(aws, key, signal),
  "topic data protection": async ({ aws, declared: { topic }, signal }) =>
    topic === undefined ? {} : await dataProtectionOfTopic(aws, topic, signal),
  "queue redrive": async ({ aws, declared: { deadLetterQueue }, signal }) =>
    deadLetterQueue === undefined ? {} : await redriveOfQueue(aws, deadLetterQueue, signal),
  "event pipes": async ({ aws, declared, signal }) => await pipesOf(aws, ownArns(declared), signal),
  "queue readers": async ({ aws, declared, signal }) => {
    const queue = queueArn(declared);
    return queue === undefined ? {} : await functionsReading(aws, queue, signal);
  },
  ...bucketSources,
};

/** The source that compares the code of functions with the last deployed one. */
export const codeSource = "function code";

/** Name → the same for what exists only in the stack's region. */
const ownSources: Readonly<Record<string, Source>> = {
  schedules: async ({ aws, declared, signal }) => await schedulesInGroup(aws, declared, signal),
  "schedules of other groups": async ({ aws, declared, signal, notice }) => {
    const found = await schedulesInOtherGroups(aws, declared, signal);
    if (found !== undefined) return found;
    notice?.(tooManySchedules(declared));
    return tooMany("schedules of other groups");
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
  "cluster tasks": async ({ aws, declared: { cluster }, signal }) =>
    await tasksInCluster(aws, { cluster, familyPrefix: String(cluster.split("/").at(-1)) }, signal),
  "cluster rules": async ({ aws, declared: { cluster }, signal }) =>
    isArn(cluster) ? await rulesOfCluster(aws, cluster, signal) : {},
  "cluster rules of other buses": async ({ aws, declared: { cluster }, signal, notice }) => {
    if (!isArn(cluster)) return {};
    const found = await rulesOfOtherBuses(aws, cluster, signal);
    if (found !== undefined) return found;
    notice?.(tooManyBuses);
    return tooMany("event rules of other buses");
  },
  "instance profiles": async ({ aws, declared: { rolePrefixes }, signal }) =>
    rolePrefixes.length === 0 ? {} : await profilesOfRoles(aws, rolePrefixes, signal),
  "multi-region access points": async ({ aws, declared, signal }) => {
    const { account, region, bucket, accessLogs, replica } = declared;
    // Other partitions have none.
    if (account === undefined || partitionOf(region) !== "aws") return {};
    const buckets = [bucket, accessLogs, replica?.bucket].filter((name) => name !== undefined);
    return await multiRegionAccessPoints(aws, { buckets, AccountId: account }, signal);
  },
  "network interfaces": async ({ aws, declared: { account, former, functions, network }, signal }) => {
    if (network === undefined) return {};
    const owners = {
      account,
      vpcId: network.vpcId,
      securityGroups: [...network.securityGroups, ...(former?.securityGroups ?? [])],
      functions: [...functions, ...(former?.functions ?? [])],
    };
    return await interfacesInNetwork(aws, owners, signal);
  },
  "network ACLs": async ({ aws, declared: { network }, signal }) =>
    network === undefined ? {} : await networkAcls(aws, network, signal),
  "network hosted zones": async ({ aws, declared: { network, region: VPCRegion }, signal }) =>
    network === undefined ? {} : await hostedZonesOfNetwork(aws, { VPCId: network.vpcId, VPCRegion }, signal),
  network: async ({ aws, declared: { network }, signal }) =>
    network === undefined ? {} : await addedToNetwork(aws, network, signal),
  "network connections": async ({ aws, declared: { network }, signal }) =>
    network === undefined ? {} : await connectedToNetwork(aws, network, signal),
  "network settings": async ({ aws, declared: { network, logGroups }, signal }) =>
    network === undefined ? {} : await settingsOfNetwork(aws, { ...network, logGroups }, signal),
  "log subscriptions": async ({ aws, declared: { logGroups }, signal }) => {
    const lists = await Promise.all(logGroups.map((group) => subscriptionsOfLog(aws, group, signal)));
    return Object.assign({}, ...lists);
  },
  "log metric filters": async ({ aws, declared: { logGroups, metricFilters }, signal }) => {
    if (metricFilters === undefined) return {};
    const lists = await Promise.all(logGroups.map((group) => metricFiltersOfLog(aws, group, signal)));
    const own = metricFilters.flatMap((filter) => logGroups.map((group) => metricFilterName(group, filter)));
    return Object.fromEntries(
      Object.entries<string>(Object.assign({}, ...lists)).filter(([identity]) => !own.includes(identity)),
    );
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
  [codeSource]: async ({ aws, declared: { functionPrograms }, signal }) => {
    const names = Object.keys(functionPrograms);
    const lists = await Promise.all(names.map((name) => codeOfFunction(aws, name, signal)));
    return Object.assign({}, ...lists);
  },
  "secret rotation": async ({ aws, declared: { secret }, signal }) =>
    await rotationOfSecret(aws, secret, signal),
  "secret copies": async ({ aws, declared: { secret }, signal }) => await copiesOfSecret(aws, secret, signal),
};

/** The source that compares the policy of the backup image's repository. */
export const repositorySource = "image repository permissions";

/** Name → a read of settings of the account that also apply to the stack. */
const accountSources: Readonly<Record<string, Source>> = {
  "log account policies": async ({ aws, declared: { logGroups }, signal }) =>
    await accountPoliciesOfLogs(aws, logGroups, signal),
  "log resource policies": async ({ aws, declared: { account, region, logGroups }, signal }) =>
    account === undefined ? {} : await resourcePoliciesOfLogs(aws, { logGroups, region, account }, signal),
  "event bus permissions": async ({ aws, signal }) => await permissionsOnBus(aws, signal),
  "account public access block": async ({ aws, declared: { account }, signal }) =>
    account === undefined ? {} : await publicAccessBlockOfAccount(aws, account, signal),
  [repositorySource]: async ({ aws, declared: { imageRepository }, signal }) =>
    imageRepository === undefined ? undefined : await permissionsOnRepository(aws, imageRepository, signal),
};

const sources: Readonly<Record<string, Source>> = {
  ...placeSources,
  ...ownSources,
  ...accountSources,
  ...Object.fromEntries(
    Object.entries(bucketSources).map(([name, source]) => [
      `access logs: ${name}`,
      async (question: Question): Promise<Entries | undefined> => {
        const { account, accessLogs } = question.declared;
        if (accessLogs === undefined) return {};
        return await source({ ...question, declared: { account, bucket: accessLogs, bucketSettings: [] } });
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(placeSources).map(([name, source]) => [
      `copies: ${name}`,
      async ({ declared: { replica }, awsOfReplica, ...asked }: Question): Promise<Entries | undefined> => {
        if (replica === undefined || awsOfReplica === undefined) return {};
        const found = await source({ ...asked, aws: awsOfReplica, declared: replica });
        if (found === undefined) return undefined;
        // A topic and a key have the same names in both regions. Without the region, one acceptance would cover both.
        return Object.fromEntries(
          Object.entries(found).map(([identity, value]) => [`${identity} in ${replica.region}`, value]),
        );
      },
    ]),
  ),
};

/** The names of all sources. */
export const sourceNames: readonly string[] = Object.keys(sources);

/**
 * Returns whether the owner of the account decides what this source finds, so the first deployment that reads it takes it over.
 * The stack has nothing of its own there, and AWS adds nothing to any other source.
 */
export function isOfAccount(name: string): boolean {
  return Object.hasOwn(accountSources, name);
}

/**
 * Returns what a source finds in addition to the stack's resources; undefined if the credentials may not read it, or if it has nothing to
 * read.
 */
export async function readAwsSource(name: string, question: Question): Promise<Entries | undefined> {
  const source = sources[name];
  if (source === undefined) throw new Error(`there is no source ${name}`);
  try {
    return await source(question);
  } catch (error) {
    const code = error instanceof Error ? error.name : "";
    if (nothing.has(code)) return {};
    if (absent.has(code)) return undefined;
    if (refused.has(code)) {
      question.notice?.(missingPermission(name, error));
      return undefined;
    }
    // A deployment of new code has to read it: it cannot tell later whether the code is its own.
    if (throttled.has(code) && name !== codeSource) {
      question.notice?.(throttledRead(name));
      return undefined;
    }
    throw error;
  }
}

/** Returns an endpoint without secrets. A webhook's URL often suffices to call it, so only its host and a hash are shown. */
function withoutSecret(endpoint: string): string {
  if (!/^https?:/.test(endpoint)) return endpoint;
  const hash = shortHash(endpoint);
  return URL.canParse(endpoint) ? `${new URL(endpoint).origin}/ ${hash}` : hash;
}
