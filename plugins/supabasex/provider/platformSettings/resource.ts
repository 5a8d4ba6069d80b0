import { UserError } from "../../../../foundation/userError";
import { differences } from "../../../provider-host/diff";
import { formatPath } from "../../../provider-host/propertyPath";
import type { CallContext, PropertyDiff } from "../../../provider-host/provider";
import { containsUnknown, type PropertyMap, Unknown } from "../../../provider-host/values";
import { withSecretToken } from "../projectClient";
import { type Resource, unknownInputs } from "../resource";
import { ProjectApi } from "./api";
import { desired, groupIssues, groupNames, liveSettings } from "./settings";
import { active, inactivityAdvice, isPaused, removed } from "./status";

/** The immutable properties of a project. A preview refuses a change; the bridged provider would announce it. */
const fixedNames = ["region", "organizationId"];

const inputNames = ["projectRef", ...fixedNames, "endpoint", "accessToken", ...groupNames];

/**
 * Settings of a project that the bridged provider drops or lacks, and the project's status, which that provider ignores. A
 * project that was paused or deleted manually shows up here.
 */
export const platformSettings: Resource = {
  async check({ inputs, oldInputs }) {
    const failures = unknownInputs(inputs, inputNames);
    const { projectRef } = inputs;
    if (typeof projectRef !== "string" && !(projectRef instanceof Unknown)) {
      failures.push({ property: "projectRef", reason: "is required" });
    }
    for (const property of fixedNames) {
      const [old, now] = [oldInputs[property], inputs[property]];
      if (typeof old !== "string" || typeof now !== "string" || old === now) continue;
      if (projectRef !== oldInputs.projectRef) continue;
      const reason = `of a Supabase project cannot change, and this one has "${old}": restore that value, or create a project with another name and move the data`;
      failures.push({ property, reason });
    }
    for (const group of groupNames) {
      failures.push(...groupIssues(inputs, group).map(([property, reason]) => ({ property, reason })));
    }
    return { inputs: withSecretToken(inputs), failures };
  },

  /**
   * Compares the inputs with the state. The access token does not count, because each person who deploys may have their own.
   */
  async diff({ oldInputs, oldOutputs, inputs, ignoreChanges }) {
    const detailed: Record<string, PropertyDiff> = {};
    for (const group of groupNames) {
      const live = desired(oldOutputs, group);
      for (const [name, value] of Object.entries(desired(inputs, group))) {
        const asked = desired(oldInputs, group)[name];
        for (const { path, kind } of differences(live[name] ?? undefined, value, [group, name])) {
          detailed[formatPath(path)] = { kind, inputDiff: differences(asked, value).length > 0 };
        }
      }
    }
    if (oldOutputs.status !== active) detailed.status = { kind: "update", inputDiff: false };
    if (differences(oldInputs.endpoint, inputs.endpoint).length > 0) {
      detailed.endpoint = { kind: "update", inputDiff: true };
    }
    if (differences(oldInputs.projectRef, inputs.projectRef).length > 0) {
      detailed.projectRef = { kind: "update-replace", inputDiff: true };
    }
    for (const path of Object.keys(detailed)) {
      if (ignoreChanges.some((ignored) => path === ignored || path.startsWith(`${ignored}.`)))
        delete detailed[path];
    }
    return { changes: Object.keys(detailed).length > 0, detailed };
  },

  async create({ urn, inputs, preview }, context) {
    const outputs = { ...inputs, status: active };
    if (preview || containsUnknown(inputs)) return { id: "", outputs };
    const api = new ProjectApi(inputs);
    await write(api, urn, inputs, context);
    return { id: api.ref, outputs: await readBack(api, inputs, context) };
  },

  async read({ urn, id, inputs, outputs }, context) {
    const properties = { projectRef: id, ...outputs, ...inputs };
    const api = new ProjectApi(properties);
    const found = await readBack(api, properties, context);
    if (found.status !== active) {
      // Everything else that needs the database fails in the same refresh, which would hide the reason.
      context.log("warning", inactivityAdvice(api.ref, String(found.status), urn));
    }
    const isImport = Object.keys(inputs).length === 0;
    return { id, inputs: isImport ? importedInputs(found) : inputs, outputs: found };
  },

  async update({ urn, inputs, preview }, context) {
    if (preview) return { outputs: { ...inputs, status: active } };
    const api = new ProjectApi(inputs);
    await write(api, urn, inputs, context);
    return { outputs: await readBack(api, inputs, context) };
  },

  // The API cannot unset these settings, so they stay until the project is deleted.
  async delete() {},
};

async function write(
  api: ProjectApi,
  urn: string,
  inputs: PropertyMap,
  { signal, log }: CallContext,
): Promise<void> {
  let status = await api.status(signal);
  if (isPaused(status)) {
    log("info", `Project ${api.ref} is paused: restoring it.`);
    status = await api.restore(signal);
  }
  if (status !== active) throw new UserError(inactivityAdvice(api.ref, status, urn));
  for (const group of groupNames) {
    const settings = desired(inputs, group);
    if (Object.keys(settings).length > 0) await api.writeGroup(group, settings, signal);
  }
}

/** Returns the outputs: the inputs with the current value of every setting that they name, and the status. */
async function readBack(
  api: ProjectApi,
  properties: PropertyMap,
  { signal }: CallContext,
): Promise<PropertyMap> {
  const status = await api.status(signal);
  const { status: _, ...known } = properties;
  if (status === removed) return { ...known, status };
  const isImport = groupNames.every((group) => known[group] === undefined) && known.accessToken === undefined;
  const live: Record<string, PropertyMap> = {};
  for (const group of groupNames) {
    const names = Object.keys(desired(known, group));
    if (names.length === 0 && !isImport) continue;
    live[group] = liveSettings(group, await api.readGroup(group, signal), names);
  }
  return { ...known, ...live, status };
}

function importedInputs({ status: _, ...settings }: PropertyMap): PropertyMap {
  return settings;
}
