import type { ManagementApi } from "../../../foundation/managementApi";
import { jsonOf, unexpected } from "../../../foundation/managementApi";
import { UserError } from "../../../foundation/userError";
import { type AnyResource, resource } from "../../engine/table";
import { asObject, asObjects, type Timeouts, timeouts, waitOptions } from "../client";
import { waitProjectActive } from "../polling";

interface Project {
  organizationId: string;
  region: string;
  name: string;
  databasePassword: string;
  instanceSize?: string | null;
  legacyApiKeysEnabled?: boolean;
  timeouts?: Timeouts;
}

const sizes = `nano micro small medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge
  24xlarge_optimized_memory 24xlarge_optimized_cpu 24xlarge_high_memory 48xlarge 48xlarge_optimized_memory
  48xlarge_optimized_cpu 48xlarge_high_memory`.split(/\s+/);

export const project: AnyResource<ManagementApi> = resource<ManagementApi, Project>({
  inputs: {
    organizationId: { type: "string", required: true },
    region: { type: "string", required: true },
    databasePassword: {
      type: "string",
      required: true,
      secret: true,
      check: (value) => (String(value).length < 4 ? "must have at least 4 characters" : undefined),
    },
    name: { type: "string" },
    instanceSize: {
      type: "string",
      computed: true,
      check: (value) => (sizes.includes(String(value)) ? undefined : `must be one of ${sizes.join(", ")}`),
    },
    legacyApiKeysEnabled: { type: "boolean", computed: true },
    timeouts,
  },
  autoname: { maxLength: 255 },

  async create(api, inputs, context) {
    const { signal } = context;
    const created = await api.expectJson("POST", "/projects", {
      status: 201,
      doing: "create project",
      signal,
      body: {
        organization_slug: inputs.organizationId,
        name: inputs.name,
        db_pass: inputs.databasePassword,
        region_selection: { type: "specific", code: inputs.region },
        ...(inputs.instanceSize && { desired_instance_size: inputs.instanceSize }),
      },
    });
    const ref = String(asObject(created).id);
    // As in the official provider: if this wait fails, the state does not contain the new project.
    await waitProjectActive(api, ref, waitOptions(context, inputs.timeouts, "create"));
    if (inputs.legacyApiKeysEnabled !== undefined) {
      await putLegacyKeys(api, ref, { enabled: inputs.legacyApiKeysEnabled, signal });
    }
    return { id: ref };
  },

  async read(api, ref, _known, { signal }) {
    const found = await api.call("GET", `/projects/${ref}`, { signal });
    // As in the official provider, a deleted project leaves the state unchanged.
    if (found.status === 404) return { state: {} };
    const { organization_id, name, region } = asObject(jsonOf(found, 200, "read project"));

    const legacy = await api.call("GET", `/projects/${ref}/api-keys/legacy`, { signal });
    const legacyEnabled =
      legacy.status !== 404 && asObject(jsonOf(legacy, 200, "read legacy API keys")).enabled === true;
    const addons = await api.expectJson("GET", `/projects/${ref}/billing/addons`, {
      status: 200,
      doing: "read project addons",
      signal,
    });
    const compute = asObjects(asObject(addons).selected_addons).find(
      ({ type }) => type === "compute_instance",
    );
    return {
      state: {
        organizationId: String(organization_id),
        name: String(name),
        region: String(region),
        legacyApiKeysEnabled: legacyEnabled,
        instanceSize: compute ? String(asObject(compute.variant).id).replace(/^ci_/, "") : null,
      },
    };
  },

  async update(api, ref, { before, after }, context) {
    const { signal } = context;
    const errors: unknown[] = [];
    const attempt = async (
      doing: string,
      method: string,
      path: string,
      { body }: { readonly body: Record<string, string> },
    ) => {
      try {
        await api.expect(method, path, { status: 200, doing, signal, body });
      } catch (error) {
        errors.push(error);
      }
    };
    if (after.name !== before.name) {
      await attempt("update project name", "PATCH", `/projects/${ref}`, { body: { name: after.name } });
    }
    if (after.databasePassword !== before.databasePassword) {
      await attempt("update database password", "PATCH", `/projects/${ref}/database/password`, {
        body: {
          password: after.databasePassword,
        },
      });
    }
    for (const key of ["region", "organizationId"] as const) {
      if (after[key] !== before[key])
        throw new UserError(`${key}: Update is not supported for this attribute.`);
    }
    if (after.instanceSize && after.instanceSize !== before.instanceSize) {
      await attempt("update instance size", "PATCH", `/projects/${ref}/billing/addons`, {
        body: {
          addon_type: "compute_instance",
          addon_variant: `ci_${after.instanceSize}`,
        },
      });
      await waitProjectActive(api, ref, waitOptions(context, after.timeouts, "update"));
    }
    if (
      after.legacyApiKeysEnabled !== undefined &&
      after.legacyApiKeysEnabled !== before.legacyApiKeysEnabled
    ) {
      await putLegacyKeys(api, ref, { enabled: after.legacyApiKeysEnabled, signal });
    }
    if (errors.length > 0) throw errors[0];
  },

  async delete(api, ref, _state, { signal }) {
    const answer = await api.call("DELETE", `/projects/${ref}`, { signal });
    if (answer.status !== 200 && answer.status !== 404) throw unexpected("delete project", answer);
  },
});

async function putLegacyKeys(
  api: ManagementApi,
  ref: string,
  { enabled, signal }: { readonly enabled: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const path = `/projects/${ref}/api-keys/legacy?enabled=${enabled}`;
  await api.expect("PUT", path, { status: 200, doing: "update legacy API keys", signal });
}
