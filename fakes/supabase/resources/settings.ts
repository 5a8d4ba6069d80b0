import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../../foundation/json";
import { jsonOf, type ManagementApi } from "../../../foundation/managementApi";
import type { CallContext } from "../../../plugins/provider-host/provider";
import { type AnyResource, type Found, type Property, resource } from "../../engine/table";
import { asObject, type Timeouts, timeouts, waitOptions } from "../client";
import { isSslEnforced, waitProjectActive, waitServices, waitSslEnforcement } from "../polling";
import { importedAnswer, mergeAnswer, requestOf, sections } from "../sections";

interface Settings {
  projectRef: string;
  database?: string;
  network?: string;
  api?: string;
  auth?: string;
  storage?: string;
  pooler?: string;
  sslEnforcement?: boolean;
  timeouts?: Timeouts;
}

/** The sections, in the order in which they are written and read. */
const sectionNames = ["database", "network", "api", "auth", "storage"] as const;

const jsonText: Property = {
  type: "string",
  check: (value) => (parsed(String(value)) === undefined ? "must be the JSON text of an object" : undefined),
};

export const settings: AnyResource<ManagementApi> = resource<ManagementApi, Settings>({
  inputs: {
    projectRef: { type: "string", required: true },
    ...Object.fromEntries(sectionNames.map((name) => [name, jsonText])),
    // As in the official provider: accepted, stored in the state, and never sent.
    pooler: jsonText,
    sslEnforcement: { type: "boolean" },
    timeouts,
  },

  async create(api, inputs, context) {
    await waitUntilReady(api, inputs, { context, operation: "create" });
    await write(api, inputs, {}, context);
    return { id: inputs.projectRef };
  },

  async read(api, ref, known, context) {
    const importing = Object.keys(known).length === 0;
    const state: Found<Settings> = { projectRef: ref };
    for (const name of sectionNames) {
      const text = known[name];
      if (text === undefined && !importing) continue;
      const answer = await readSection(api, ref, sections[name].path, context);
      if (answer === undefined) continue;
      if (importing) {
        state[name] = canonicalJson(importedAnswer(name, answer));
        continue;
      }
      const user = parsed(text ?? "") ?? {};
      const merged = mergeAnswer(name, user, answer);
      // If both are equivalent, the state keeps the user's text.
      state[name] = canonicalJson(merged) === canonicalJson(user) ? text : canonicalJson(merged);
    }
    if (known.sslEnforcement !== undefined || importing) {
      const answer = await readSection(api, ref, "/ssl-enforcement", context);
      if (answer !== undefined) state.sslEnforcement = asObject(answer.currentConfig).database === true;
    }
    return { state };
  },

  async update(api, _ref, { before, after }, context) {
    // Always waits, even if nothing will be sent.
    await waitUntilReady(api, after, { context, operation: "update" });
    await write(api, after, before, context);
  },

  // The API cannot unset settings, so they stay.
  async delete() {},
});

async function waitUntilReady(
  api: ManagementApi,
  { projectRef, timeouts: given }: Settings,
  { context, operation }: { readonly context: CallContext; readonly operation: "create" | "update" },
): Promise<void> {
  const options = waitOptions(context, given, operation);
  await waitProjectActive(api, projectRef, options);
  await waitServices(api, projectRef, options);
}

/** Sends the sections whose text has changed. Tries all of them, even if one fails. */
async function write(
  api: ManagementApi,
  after: Settings,
  before: Partial<Settings>,
  context: CallContext,
): Promise<void> {
  const errors: unknown[] = [];
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      errors.push(error);
    }
  };
  for (const name of sectionNames) {
    const text = after[name];
    if (text === undefined || text === before[name]) continue;
    await attempt(async () => {
      const { method, path, status } = sections[name].write;
      const body = requestOf(sections[name], parsed(text) ?? {});
      const target = `/projects/${after.projectRef}${path}`;
      const doing = `update ${name} settings`;
      const { signal } = context;
      // The provider ignores storage's response.
      if (name === "storage") await api.expect(method, target, { status, doing, body, signal });
      else await api.expectJson(method, target, { status, doing, body, signal });
    });
  }
  const { sslEnforcement } = after;
  if (sslEnforcement !== undefined && sslEnforcement !== before.sslEnforcement) {
    await attempt(async () => await writeSslEnforcement(api, after, sslEnforcement, context));
  }
  if (errors.length > 0) throw errors[0];
}

async function writeSslEnforcement(
  api: ManagementApi,
  { projectRef, timeouts: given }: Settings,
  wanted: boolean,
  context: CallContext,
): Promise<void> {
  const body = { requestedConfig: { database: wanted } };
  const path = `/projects/${projectRef}/ssl-enforcement`;
  const { signal } = context;
  const answer = await api.expectJson("PUT", path, {
    status: 200,
    doing: "update SSL enforcement",
    body,
    signal,
  });
  if (isSslEnforced(answer, wanted)) return;
  // The change restarts the database and then takes effect.
  const options = waitOptions(context, given, "update");
  await waitSslEnforcement(api, projectRef, wanted, options);
  await waitServices(api, projectRef, options);
}

/** Returns undefined if the project (404) or the section (406) does not exist. Then the state keeps its values. */
async function readSection(
  api: ManagementApi,
  ref: string,
  path: string,
  { signal }: CallContext,
): Promise<JsonObject | undefined> {
  const answer = await api.call("GET", `/projects/${ref}${path}`, { signal });
  if (answer.status === 404 || answer.status === 406) return undefined;
  // The organization's plan does not include this.
  if (answer.status === 400 && answer.text.includes("not allowed to configure SSL enforcements"))
    return undefined;
  return asObject(jsonOf(answer, 200, "read settings"));
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
