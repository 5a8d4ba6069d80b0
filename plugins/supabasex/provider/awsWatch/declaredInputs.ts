import { accountInArn } from "../../../../config/aws/arn";
import { ecrRepository } from "../../../../config/aws/ecrImage";
import { isPropertyMap, type PropertyMap, type Value } from "../../../provider-host/values";
import { texts } from "../watch/report";
import type { DeclaredInAws, DeclaredReplica, FormerOwners } from "./declared";
import type { DeclaredNetwork } from "./network";

/** Returns what the inputs of a watch declare. The state of an older version lacks some members. */
export function declaredInAws({ declared, former, region }: PropertyMap): DeclaredInAws {
  const parts = isPropertyMap(declared) ? declared : {};
  const account = accountInArn(String(parts.cluster));
  return {
    ...placeIn(parts),
    account,
    region: String(region),
    scheduleGroup: String(parts.scheduleGroup),
    schedules: texts(parts.schedules),
    cluster: String(parts.cluster),
    logGroups: texts(parts.logGroups),
    metricFilters: parts.metricFilters === undefined ? undefined : texts(parts.metricFilters),
    accessLogs: textIn(parts.accessLogs),
    functions: texts(parts.functions),
    functionPrograms: Object.fromEntries(
      Object.entries(isPropertyMap(parts.functionPrograms) ? parts.functionPrograms : {}).map(
        ([name, program]) => [name, String(program)],
      ),
    ),
    secret: String(parts.secret),
    replicationRole: textIn(parts.replicationRole),
    network: networkIn(parts.network),
    former: formerIn(former),
    replica: replicaIn(parts.replica, account),
    rolePrefixes: texts(parts.rolePrefixes),
    imageRepository: imageRepositoryIn(textIn(parts.image), { account, region: String(region) }),
  };
}

/** Returns the declarations for the backups and for their copies. */
function placeIn({ bucket, key, topic, subscriptions, targets, bucketSettings, ...others }: PropertyMap) {
  const ids = isPropertyMap(targets) ? targets : {};
  return {
    bucket: String(bucket),
    key: textIn(key),
    topic: textIn(topic),
    subscriptions: texts(subscriptions),
    targets: Object.fromEntries(Object.entries(ids).map(([rule, ids]) => [rule, texts(ids)])),
    // Beside these, each setting of the copies' bucket is unset, or a resource of the stack of another kind.
    bucketSettings: texts(bucketSettings),
    alarmPrefixes: texts(others.alarmPrefixes),
    deadLetterQueue: textIn(others.deadLetterQueue),
  };
}

const textIn = (value: Value | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

function replicaIn(replica: Value | undefined, account: string | undefined): DeclaredReplica | undefined {
  if (!isPropertyMap(replica)) return undefined;
  return { ...placeIn(replica), account, region: String(replica.region) };
}

function networkIn(network: Value | undefined): DeclaredNetwork | undefined {
  if (!isPropertyMap(network)) return undefined;
  return {
    vpcId: String(network.vpcId),
    subnets: texts(network.subnets),
    endpoints: texts(network.endpoints),
    securityGroups: texts(network.securityGroups),
  };
}

function formerIn(former: Value | undefined): FormerOwners | undefined {
  if (!isPropertyMap(former)) return undefined;
  return { functions: texts(former.functions), securityGroups: texts(former.securityGroups) };
}

/** Returns what a watch declared before, or an earlier deployment before that, and does not declare now; undefined without any. */
export function formerOwners(before: DeclaredInAws, now: DeclaredInAws): FormerOwners | undefined {
  const left = (old: readonly string[], current: readonly string[]) =>
    [...new Set(old)].filter((name) => !current.includes(name)).sort();
  const functions = left([...(before.former?.functions ?? []), ...before.functions], now.functions);
  const securityGroups = left(
    [...(before.former?.securityGroups ?? []), ...(before.network?.securityGroups ?? [])],
    now.network?.securityGroups ?? [],
  );
  return functions.length + securityGroups.length === 0 ? undefined : { functions, securityGroups };
}

/** Returns the ECR repository of an image, if it is in this account and region. */
function imageRepositoryIn(
  image: string | undefined,
  { account, region }: Pick<DeclaredInAws, "account" | "region">,
): string | undefined {
  const found = ecrRepository(image ?? "");
  return found?.account === account && found?.region === region ? found?.name : undefined;
}
