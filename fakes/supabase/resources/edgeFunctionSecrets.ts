import { createHash } from "node:crypto";
import { type ApiAnswer, jsonOf, type ManagementApi, unexpected } from "../../../foundation/managementApi";
import { type AnyResource, resource } from "../../engine/table";
import { asObjects } from "../client";

interface Secret {
  name: string;
  value: string | null;
}

interface EdgeFunctionSecrets {
  projectRef: string;
  secrets: Secret[];
  secretDigests?: Record<string, string>;
}

export const edgeFunctionSecrets: AnyResource<ManagementApi> = resource<ManagementApi, EdgeFunctionSecrets>({
  inputs: {
    projectRef: { type: "string", required: true, replaces: true },
    secrets: {
      type: "list",
      required: true,
      secret: true,
      unordered: true,
      check: (value) => {
        const names = asObjects(value).map(({ name }) => String(name));
        const reserved = names.find((name) => name.startsWith("SUPABASE_"));
        return reserved === undefined
          ? undefined
          : `has ${reserved}: names that begin with SUPABASE_ are reserved`;
      },
    },
  },
  outputs: { secretDigests: { volatile: true } },

  async create(api, inputs, { signal }) {
    await post(api, inputs, signal);
    return { id: inputs.projectRef };
  },

  async read(api, id, known, { signal }) {
    const answer = await api.call("GET", `/projects/${id}/secrets`, { signal });
    if (answer.status === 404) return undefined;
    const listed = asObjects(jsonOf(answer, 200, "read edge function secrets"));
    const digests = new Map(listed.map(({ name, value }) => [String(name), String(value)]));
    // Ignores undeclared names. An import declares all of them.
    const declared: Secret[] =
      known.secrets ??
      [...digests.keys()]
        .filter((name) => !name.startsWith("SUPABASE_"))
        .map((name) => ({ name, value: null }));
    const present = declared.filter(({ name }) => digests.has(name));
    return {
      state: {
        projectRef: id,
        secrets: present.map(({ name, value }) => ({
          name,
          value: value !== null && digest(value) === digests.get(name) ? value : null,
        })),
        secretDigests: Object.fromEntries(present.map(({ name }) => [name, digests.get(name) ?? ""])),
      },
    };
  },

  async update(api, id, { before, after }, { signal }) {
    await post(api, after, signal);
    const kept = new Set(after.secrets.map(({ name }) => name));
    await remove(api, id, {
      names: before.secrets.map(({ name }) => name).filter((name) => !kept.has(name)),
      signal,
    });
  },

  async delete(api, id, { secrets }, { signal }) {
    await remove(api, id, { names: secrets.map(({ name }) => name), signal });
  },
});

function digest(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}

/** Sends the whole set every time, unless it is empty. */
async function post(api: ManagementApi, { projectRef, secrets }: EdgeFunctionSecrets, signal: AbortSignal) {
  if (secrets.length === 0) return;
  const body = secrets.map(({ name, value }) => ({ name, value: value ?? "" }));
  const answer = await api.call("POST", `/projects/${projectRef}/secrets`, { body, signal });
  if (answer.status !== 200 && answer.status !== 201)
    throw unexpected("update edge function secrets", answer);
}

async function remove(
  api: ManagementApi,
  ref: string,
  { names, signal }: { readonly names: string[]; readonly signal: AbortSignal },
): Promise<void> {
  if (names.length === 0) return;
  const answer: ApiAnswer = await api.call("DELETE", `/projects/${ref}/secrets`, { body: names, signal });
  if (![200, 204, 404].includes(answer.status)) throw unexpected("delete edge function secrets", answer);
}
