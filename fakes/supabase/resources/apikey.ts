import type { ManagementApi } from "../../../foundation/managementApi";
import { UserError } from "../../../foundation/userError";
import { type AnyResource, resource } from "../../engine/table";
import { asObject, asObjects } from "../client";

interface Apikey {
  projectRef: string;
  name: string;
  description?: string | null;
  apiKey?: string;
  type?: string;
  secretJwtTemplate?: { role: string } | null;
}

const uuid = /^[0-9a-f-]{36}$/i;

export const apikey: AnyResource<ManagementApi> = resource<ManagementApi, Apikey>({
  inputs: {
    // As in the official provider, a change does not replace the key: it requests the old key from the new project and fails.
    projectRef: { type: "string", required: true },
    name: {
      type: "string",
      check: (value) =>
        /^[a-z_][a-z0-9_]*$/.test(String(value))
          ? undefined
          : "must be lower-case letters, digits and underscores, and not begin with a digit",
    },
    description: { type: "string" },
  },
  outputs: { apiKey: { secret: true, volatile: true }, type: {}, secretJwtTemplate: {} },
  autoname: { maxLength: 255 },

  async create(api, { projectRef, name }, { signal }) {
    const keys = `/projects/${projectRef}/api-keys`;
    const listed = await api.call("GET", `${keys}?reveal=true`, { signal });
    const isDefault = (key: { name?: unknown; type?: unknown }) =>
      key.name === "default" && key.type === "publishable";
    if (!asObjects(listed.json).some(isDefault)) {
      const body = { name: "default", type: "publishable" };
      await api.expect("POST", `${keys}?reveal=true`, {
        status: 201,
        doing: "create default API key",
        body,
        signal,
      });
    }
    // As in the official provider, which only sends the description with a later update.
    const body = { name, type: "secret", secret_jwt_template: { role: "service_role" } };
    const created = await api.expectJson("POST", `${keys}?reveal=true`, {
      status: 201,
      doing: "create API key",
      body,
      signal,
    });
    return { id: String(asObject(created).id) };
  },

  async read(api, id, known, { signal }) {
    const [projectRef, keyId] = known.projectRef
      ? [known.projectRef, id]
      : await resolveImport(api, id, signal);
    const path = `/projects/${projectRef}/api-keys/${keyId}?reveal=true`;
    const found = asObject(await api.expectJson("GET", path, { status: 200, doing: "read API key", signal }));
    const { role } = asObject(found.secret_jwt_template);
    return {
      id: String(found.id),
      state: {
        projectRef,
        name: String(found.name),
        description: found.description === null ? null : String(found.description),
        apiKey: String(found.api_key),
        type: String(found.type),
        secretJwtTemplate: role === undefined ? null : { role: String(role) },
      },
    };
  },

  async update(api, id, { after }, { signal }) {
    const body = {
      name: after.name,
      ...(after.description && { description: after.description }),
      ...(after.type === "secret" &&
        after.secretJwtTemplate && { secret_jwt_template: after.secretJwtTemplate }),
    };
    const path = `/projects/${after.projectRef}/api-keys/${id}?reveal=true`;
    await api.expect("PATCH", path, { status: 200, doing: "update API key", body, signal });
  },

  async delete(api, id, { projectRef }, { signal }) {
    const path = `/projects/${projectRef}/api-keys/${id}?reveal=true`;
    await api.expect("DELETE", path, { status: 200, doing: "delete API key", signal });
  },
});

/** Parses `ref/<uuid>`, `ref/<name>` or `ref/<name>/<type>`. */
async function resolveImport(api: ManagementApi, id: string, signal: AbortSignal): Promise<[string, string]> {
  const [projectRef = "", key = "", type] = id.split("/");
  if (uuid.test(key)) return [projectRef, key];
  const listed = await api.expectJson("GET", `/projects/${projectRef}/api-keys`, {
    status: 200,
    doing: "list API keys",
    signal,
  });
  const matching = asObjects(listed).filter(
    (row) => row.name === key && (type === undefined || row.type === type),
  );
  const [only] = matching;
  if (only === undefined || matching.length > 1) {
    throw new UserError(`${matching.length} API keys are named ${key}: import as <ref>/<uuid>.`);
  }
  return [projectRef, String(only.id)];
}
