import { UserError } from "../../../../foundation/userError";
import type { CallContext } from "../../../provider-host/provider";
import {
  containsUnknown,
  isPropertyMap,
  type PropertyMap,
  reveal,
  Unknown,
} from "../../../provider-host/values";
import { changedOutside } from "../../bundleMessages";
import { clientInputs, ProjectClient, withSecretToken } from "../projectClient";
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
import { type DeclaredParts, readSource, sources } from "./sources";

const inputNames = [...clientInputs, "organizationId", "declared", "credentials", "accept"];

/**
 * Watches the parts of a Supabase project that no other resource of the stack owns: functions, secrets, keys, domains and so on
 * that were added manually, and settings that the stack does not send. The first deployment records the baseline. A refresh
 * reports the differences (`live`). An update repairs nothing; it adds what `accept` names to the baseline.
 */
export const projectWatch: Resource = {
  async check({ inputs }) {
    const failures = unknownInputs(inputs, inputNames);
    const { projectRef } = inputs;
    if (typeof projectRef !== "string" && !(projectRef instanceof Unknown)) {
      failures.push({ property: "projectRef", reason: "is required" });
    }
    return { inputs: withSecretToken(inputs), failures };
  },

  async diff(request) {
    const updating = ["organizationId", "declared", "credentials", "accept", "endpoint"];
    const isIncomplete = missingIn(watchedIn(request.oldOutputs.baseline), request.inputs).length > 0;
    return diffOfWatch(request, { updating, replacing: "projectRef", isIncomplete });
  },

  async create({ inputs, preview }, context) {
    if (preview || containsUnknown(inputs)) return { id: "", outputs: { ...inputs, live: {} } };
    const client = clientOf(inputs);
    const now = withRefused(await readAll(client, inputs, context), {}, inputs);
    return {
      id: client.ref,
      outputs: deployedOutputs({ before: {}, now, released: new Set() }, inputs, context),
    };
  },

  async read({ id, inputs, outputs }, context) {
    if (Object.keys(inputs).length === 0) {
      throw new UserError(
        "A ProjectWatch cannot be imported: declare it, and it records the current state as its baseline.",
      );
    }
    const properties = { ...outputs, ...inputs };
    const read = await readAll(clientOf(properties), properties, context);
    const now = onlyKnown(read, watchedIn(outputs.baseline));
    return { id, inputs, outputs: refreshedOutputs({ outputs, now, title: changedOutside }, context) };
  },

  async update({ oldInputs, oldOutputs, inputs, preview }, context) {
    if (preview) {
      warnOfAccepted(oldOutputs, inputs, context);
      return { outputs: { ...inputs, baseline: oldOutputs.baseline ?? {}, live: {} } };
    }
    // Functions and secrets that the stack no longer declares are deleted after this step.
    const leaving = { ...inputs, declared: withFormerParts(oldInputs, inputs) };
    const before = watchedIn(oldOutputs.baseline);
    const now = withRefused(await readAll(clientOf(inputs), leaving, context), before, inputs);
    const released = releasedBetween(oldInputs, inputs);
    return { outputs: deployedOutputs({ before, now, released }, inputs, context) };
  },

  // There is nothing to delete.
  async delete() {},
};

function clientOf(properties: PropertyMap): ProjectClient {
  return new ProjectClient("ProjectWatch", properties);
}

async function readAll(
  client: ProjectClient,
  properties: PropertyMap,
  { signal }: CallContext,
): Promise<Watched> {
  const { organizationId } = properties;
  const question = {
    organizationId: typeof organizationId === "string" ? organizationId : undefined,
    declared: declaredIn(properties),
    signal,
  };
  const names = Object.keys(sources);
  const answers = await Promise.all(names.map((name) => readSource(client, name, question)));
  return Object.fromEntries(
    names.flatMap((name, at) => {
      const entries = answers[at];
      return entries === undefined ? [] : [[name, entries]];
    }),
  );
}

/** Returns the sources that a baseline lacks, of those that these inputs allow to read. */
function missingIn(baseline: Watched, { organizationId }: PropertyMap): string[] {
  return Object.entries(sources)
    .filter(([, { of }]) => of === undefined || typeof organizationId === "string")
    .flatMap(([source]) => (baseline[source] === undefined ? [source] : []));
}

/**
 * Returns what was read, and without entries what the token or the plan did not allow to read and the baseline lacks: once it is
 * readable, its entries count as added.
 */
function withRefused(now: Watched, baseline: Watched, inputs: PropertyMap): Watched {
  const refused = missingIn({ ...baseline, ...now }, inputs);
  return { ...now, ...Object.fromEntries(refused.map((source) => [source, {}])) };
}

/**
 * Returns the sources that a baseline has. The previous state of any other source is unknown, because an older version of this
 * program did not read it. The next deployment records it.
 */
function onlyKnown(now: Watched, baseline: Watched): Watched {
  return Object.fromEntries(Object.entries(now).filter(([source]) => baseline[source] !== undefined));
}

function declaredIn({ declared }: PropertyMap): DeclaredParts {
  const parts = isPropertyMap(declared) ? declared : {};
  const settings = isPropertyMap(parts.settings) ? parts.settings : {};
  return {
    functions: texts(parts.functions),
    secrets: texts(parts.secrets),
    settings: Object.fromEntries(Object.entries(settings).map(([section, keys]) => [section, texts(keys)])),
  };
}

function withFormerParts(before: PropertyMap, after: PropertyMap): PropertyMap {
  const [former, now] = [declaredIn(before), declaredIn(after)];
  return {
    functions: [...now.functions, ...former.functions],
    secrets: [...now.secrets, ...former.secrets],
    settings: Object.fromEntries(Object.entries(now.settings).map(([section, keys]) => [section, [...keys]])),
  };
}

/**
 * Returns the identities of settings that the stack no longer sends, and of credentials that it sends with a new value. Their
 * current values become the baseline.
 */
function releasedBetween(before: PropertyMap, after: PropertyMap): Set<string> {
  const settingsOf = ({ settings }: DeclaredParts) =>
    Object.entries(settings).flatMap(([section, keys]) => keys.map((key) => `${section} setting ${key}`));
  const still = new Set(settingsOf(declaredIn(after)));
  const given = settingsOf(declaredIn(before)).filter((identity) => !still.has(identity));
  const [former, now] = [credentialsIn(before), credentialsIn(after)];
  const sent = [...new Set([...Object.keys(former), ...Object.keys(now)])].filter(
    (key) => former[key] !== now[key],
  );
  return new Set([...given, ...sent.map((key) => `auth setting ${key}`)]);
}

function credentialsIn({ credentials }: PropertyMap): Readonly<Record<string, string>> {
  const revealed = credentials === undefined ? undefined : reveal(credentials);
  if (!isPropertyMap(revealed)) return {};
  return Object.fromEntries(Object.entries(revealed).map(([key, value]) => [key, String(reveal(value))]));
}
