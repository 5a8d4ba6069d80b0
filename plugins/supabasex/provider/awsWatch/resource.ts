import { UserError } from "../../../../foundation/userError";
import type { CallContext } from "../../../provider-host/provider";
import { containsUnknown, isPropertyMap, type PropertyMap, type Value } from "../../../provider-host/values";
import { addedInAws } from "../../bundleMessages";
import { type Resource, unknownInputs } from "../resource";
import {
  deployedOutputs,
  diffOfWatch,
  refreshedOutputs,
  texts,
  warnOfAccepted,
  watchedIn,
} from "../watch/report";
import type { Watched } from "../watch/watched";
import { connectAws } from "./clients";
import type { DeclaredNetwork } from "./network";
import { type DeclaredInAws, type DeclaredReplica, readAwsSource, sourceNames } from "./sources";

const inputNames = ["region", "profile", "assumeRoles", "declared", "accept"] as const;

/**
 * Reports what was added to the stack's resources in AWS and no other resource reports: subscriptions of its topic, targets of
 * its rules, schedules in its group, services in its cluster, readers of its logs, grants on its key, functions that rotate its
 * password, and settings of its bucket that the stack leaves unset. The baseline is only what `accept` names, because AWS creates
 * none of these by itself. An update repairs nothing.
 */
export const awsWatch: Resource = {
  async check({ inputs }) {
    const failures = unknownInputs(inputs, inputNames);
    for (const property of ["region", "declared"]) {
      const value = inputs[property];
      if (value === undefined || value === null) failures.push({ property, reason: "is required" });
    }
    return { inputs, failures };
  },

  async diff(request) {
    return diffOfWatch(request, { updating: inputNames });
  },

  async create({ inputs, preview }, context) {
    if (preview || containsUnknown(inputs)) return { id: "", outputs: { ...inputs, live: {} } };
    return { id: declaredIn(inputs).bucket, outputs: await compared({}, inputs, context) };
  },

  async read({ id, inputs, outputs }, context) {
    if (Object.keys(inputs).length === 0) {
      throw new UserError("An AwsWatch cannot be imported: declare it.");
    }
    const now = await readAll(inputs, context);
    return { id, inputs, outputs: refreshedOutputs({ outputs, now, title: addedInAws }, context) };
  },

  async update({ oldOutputs, inputs, preview }, context) {
    if (preview) {
      warnOfAccepted(oldOutputs, inputs, context);
      return { outputs: { ...inputs, baseline: oldOutputs.baseline ?? {}, live: {} } };
    }
    return { outputs: await compared(watchedIn(oldOutputs.baseline), inputs, context) };
  },

  // Nothing was created.
  async delete() {},
};

async function compared(before: Watched, inputs: PropertyMap, context: CallContext): Promise<PropertyMap> {
  const now = await readAll(inputs, context);
  const known = { ...Object.fromEntries(sourceNames.map((name) => [name, {}])), ...before };
  return deployedOutputs({ before: known, now, released: new Set() }, inputs, context);
}

async function readAll(properties: PropertyMap, { signal }: CallContext): Promise<Watched> {
  const declared = declaredIn(properties);
  const { replica } = declared;
  const [aws, awsOfReplica] = await Promise.all([
    connectAws(properties),
    replica && connectAws({ ...properties, region: replica.region }),
  ]);
  const question = { aws, awsOfReplica, declared, signal };
  const answers = await Promise.all(
    sourceNames.map(async (name) => [name, await readAwsSource(name, question)] as const),
  );
  return Object.fromEntries(
    answers.flatMap(([name, entries]) => (entries === undefined ? [] : [[name, entries] as const])),
  );
}

function declaredIn({ declared }: PropertyMap): DeclaredInAws {
  const parts = isPropertyMap(declared) ? declared : {};
  return {
    ...placeIn(parts),
    scheduleGroup: String(parts.scheduleGroup),
    schedules: texts(parts.schedules),
    cluster: String(parts.cluster),
    logGroups: texts(parts.logGroups),
    functions: texts(parts.functions),
    secret: String(parts.secret),
    replicationRole: textIn(parts.replicationRole),
    network: networkIn(parts.network),
    replica: replicaIn(parts.replica),
  };
}

/** Returns the declarations for the backups and for their copies. */
function placeIn({ bucket, key, topic, subscriptions, targets, bucketSettings }: PropertyMap) {
  const ids = isPropertyMap(targets) ? targets : {};
  return {
    bucket: String(bucket),
    key: textIn(key),
    topic: textIn(topic),
    subscriptions: texts(subscriptions),
    targets: Object.fromEntries(Object.entries(ids).map(([rule, ids]) => [rule, texts(ids)])),
    // Beside these, each setting of the copies' bucket is unset, or a resource of the stack of another kind.
    bucketSettings: texts(bucketSettings),
  };
}

const textIn = (value: Value | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

function replicaIn(replica: Value | undefined): DeclaredReplica | undefined {
  if (!isPropertyMap(replica)) return undefined;
  return { ...placeIn(replica), region: String(replica.region) };
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
