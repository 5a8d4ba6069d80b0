import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../../foundation/json";
import { jsonOf, type ManagementApi } from "../../../foundation/managementApi";
import type { CallContext } from "../../../plugins/host/provider";
import { type AnyResource, type Property, resource } from "../../engine/table";
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

/** In the order in which they are written and read. */
const sectionNames = ["database", "network", "api", "auth", "storage"] as const;

const jsonText: Property = {
  type: "string",
  check: (value) => (parsed(String(value)) === undefined ? "must be the JSON text of an object" : undefined),
};

export const settings: AnyResource<ManagementApi> = resource<ManagementApi, Settings>({
  inputs: {
    projectRef: { type: "string", required: true },
    ...Object.fromEntries(sectionNames.map((name) => [name, jsonText])),
    // Accepted, kept in the state, and never sent: as in the real provider.
    pooler: jsonText,
    sslEnforcement: { type: "boolean" },
    timeouts,
  },

  async create(api, inputs, context) {
    await waitUntilReady(api, inputs, context, "create");
    await write(api, inputs, {}, context);
    return { id: inputs.projectRef };
  },

  async read(api, ref, known, context) {
    const importing = Object.keys(known).length === 0;
    const state: Partial<Settings> = { projectRef: ref };
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
      // Where both mean the same the state keeps the text as the user wrote it.
      state[name] = canonicalJson(merged) === canonicalJson(user) ? text : canonicalJson(merged);
    }
    if (known.sslEnforcement !== undefined || importing) {
      const answer = await readSection(api, ref, "/ssl-enforcement", context);
      if (answer !== undefined) state.sslEnforcement = asObject(answer.currentConfig).database === true;
    }
    return { state };
  },

  async update(api, _ref, { before, after }, context) {
    // Waited for always, even where nothing will be sent.
    await waitUntilReady(api, after, context, "update");
    await write(api, after, before, context);
  },

  // There is no way to unset settings: they stay.
  async delete() {},
});

async function waitUntilReady(
  api: ManagementApi,
  { projectRef, timeouts: given }: Settings,
  context: CallContext,
  operation: "create" | "update",
): Promise<void> {
  const options = waitOptions(context, given, operation);
  await waitProjectActive(api, projectRef, options);
  await waitServices(api, projectRef, options);
}

/** Sends the sections whose text differs from before. All are tried, whichever fails. */
async function write(
  api: ManagementApi,
  after: Settings,
  before: Partial<Settings>,
  context: CallContext,
): Promise<void> {
  const faults: unknown[] = [];
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      faults.push(error);
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
      // Of storage's answer the provider reads nothing.
      if (name === "storage") await api.expect(status, doing, method, target, { body, signal });
      else await api.expectJson(status, doing, method, target, { body, signal });
    });
  }
  const { sslEnforcement } = after;
  if (sslEnforcement !== undefined && sslEnforcement !== before.sslEnforcement) {
    await attempt(async () => await writeSslEnforcement(api, after, sslEnforcement, context));
  }
  if (faults.length > 0) throw faults[0];
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
  const answer = await api.expectJson(200, "update SSL enforcement", "PUT", path, { body, signal });
  if (isSslEnforced(answer, wanted)) return;
  // The change restarts the database, and is in force after that.
  const options = waitOptions(context, given, "update");
  await waitSslEnforcement(api, projectRef, wanted, options);
  await waitServices(api, projectRef, options);
}

/** Undefined where the project has gone (404) or does not have the section (406): the state keeps what it has. */
async function readSection(
  api: ManagementApi,
  ref: string,
  path: string,
  { signal }: CallContext,
): Promise<JsonObject | undefined> {
  const answer = await api.call("GET", `/projects/${ref}${path}`, { signal });
  if (answer.status === 404 || answer.status === 406) return undefined;
  // What the plan of the organization does not include.
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
