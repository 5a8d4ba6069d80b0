import { UserError } from "../../../../foundation/userError";
import { differences } from "../../../host/diff";
import type { CallContext, PropertyDiff } from "../../../host/provider";
import { containsUnknown, isPropertyMap, type PropertyMap, reveal, Unknown } from "../../../host/values";
import { clientInputs, ProjectClient, withSecretToken } from "../projectClient";
import { type Resource, unknownInputs } from "../resource";
import { type DeclaredParts, readSource, sources } from "./sources";
import { type Change, changesSince, changeText, changeWords, nextBaseline, type Watched } from "./watched";

const inputNames = [...clientInputs, "organizationId", "declared", "credentials", "accept"];

/**
 * Watches the parts of a Supabase project that no other resource of the stack owns: functions, secrets, keys, domains and so
 * on that somebody added, and settings that the stack does not send. The first deployment takes what is there as the baseline;
 * a refresh reports what differs from it (`live`); an update repairs nothing, and takes over what `accept` names.
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

  async diff({ oldInputs, oldOutputs, inputs, ignoreChanges }) {
    const detailed: Record<string, PropertyDiff> = {};
    for (const name of ["organizationId", "declared", "credentials", "accept", "endpoint"]) {
      if (differences(oldInputs[name], inputs[name]).length > 0)
        detailed[name] = { kind: "update", inputDiff: true };
    }
    if (differences(oldInputs.projectRef, inputs.projectRef).length > 0) {
      detailed.projectRef = { kind: "update-replace", inputDiff: true };
    }
    if (isPropertyMap(oldOutputs.live) && Object.keys(oldOutputs.live).length > 0) {
      detailed.live = { kind: "update", inputDiff: false };
    }
    for (const name of ignoreChanges) delete detailed[name];
    return { changes: Object.keys(detailed).length > 0, detailed };
  },

  async create({ inputs, preview }, context) {
    if (preview || containsUnknown(inputs)) return { id: "", outputs: { ...inputs, live: {} } };
    const client = clientOf(inputs);
    const now = await readAll(client, inputs, context);
    const baseline = nextBaseline({}, now, { accepted: acceptedIn(inputs), released: new Set() });
    const changes = changesSince(baseline, now);
    warnOf(changes, context);
    return { id: client.ref, outputs: outputsOf(inputs, baseline, changes) };
  },

  async read({ id, inputs, outputs }, context) {
    if (Object.keys(inputs).length === 0) {
      throw new UserError(
        "A ProjectWatch cannot be imported: declare it, and it takes what is there as its baseline.",
      );
    }
    const properties = { ...outputs, ...inputs };
    const now = await readAll(clientOf(properties), properties, context);
    const baseline = watchedIn(outputs.baseline);
    const changes = changesSince(baseline, now);
    if (changes.length > 0) {
      context.log("warning", ["Changed outside of the stack:", ...changes.map(lineOf)].join("\n"));
    }
    return { id, inputs, outputs: outputsOf(outputs, baseline, changes) };
  },

  async update({ oldInputs, oldOutputs, inputs, preview }, context) {
    if (preview) {
      warnOfAccepted(oldOutputs, inputs, context);
      return { outputs: { ...inputs, baseline: oldOutputs.baseline ?? {}, live: {} } };
    }
    // Functions and secrets that the stack gives up are deleted only after this.
    const leaving = { ...inputs, declared: withFormerParts(oldInputs, inputs) };
    const now = await readAll(clientOf(inputs), leaving, context);
    const baseline = nextBaseline(watchedIn(oldOutputs.baseline), now, {
      accepted: acceptedIn(inputs),
      released: releasedBetween(oldInputs, inputs),
    });
    const changes = changesSince(baseline, now);
    warnOf(changes, context);
    return { outputs: outputsOf(inputs, baseline, changes) };
  },

  // Nothing was made.
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

function outputsOf(properties: PropertyMap, baseline: Watched, changes: readonly Change[]): PropertyMap {
  const live = Object.fromEntries(changes.map((change) => [change.identity, changeText(change)]));
  return { ...properties, baseline, live };
}

/** Returns a change as a line of a warning: its severity, its name and what happened. */
function lineOf(change: Change): string {
  return `  ${change.severity.padEnd(7)}  ${change.identity}: ${changeWords(change)}`;
}

/** Says what a deployment leaves as it is, and how it is accepted. */
function warnOf(changes: readonly Change[], context: CallContext): void {
  const lines = changes.flatMap((change) => [
    lineOf(change),
    `           to accept it: project.accept: ${change.acceptance}`,
  ]);
  warnOfLeft(lines, context);
}

function warnOfLeft(lines: readonly string[], context: CallContext): void {
  if (lines.length === 0) return;
  context.log(
    "warning",
    ["Changed in the project outside of the stack, and left as it is:", ...lines].join("\n"),
  );
}

/** In a preview nothing is read: what the last refresh found is said again, unless it is accepted now. */
function warnOfAccepted({ live }: PropertyMap, { accept }: PropertyMap, context: CallContext): void {
  if (!isPropertyMap(live)) return;
  const accepted = texts(accept);
  const open = Object.entries(live).filter(
    ([identity]) => !accepted.some((entry) => entry.startsWith(`${identity} @ `)),
  );
  warnOfLeft(
    open.map(([identity, text]) => `  ${identity}: ${String(text)}`),
    context,
  );
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
 * Returns the identities of settings that the stack sent and does not send any more, and of credentials that it sent with
 * another value before: what they are now is the baseline.
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

function acceptedIn({ accept }: PropertyMap): Set<string> {
  return new Set(texts(accept));
}

function watchedIn(value: unknown): Watched {
  if (!isPropertyMap(value as never)) return {};
  return Object.fromEntries(
    Object.entries(value as PropertyMap).map(([source, entries]) => [
      source,
      Object.fromEntries(
        Object.entries(isPropertyMap(entries) ? entries : {}).map(([identity, text]) => [
          identity,
          String(text),
        ]),
      ),
    ]),
  );
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
