import { jsonOf, type ManagementApi } from "../../foundation/managementApi";
import { type AnyLookUp, lookUp } from "../engine/table";
import { asObject, asObjects } from "./client";

const projectRef = { projectRef: { type: "string", required: true } } as const;

const getApikeys = lookUp<ManagementApi, { projectRef: string }>({
  args: projectRef,
  outputs: {
    anonKey: { secret: true },
    publishableKey: { secret: true },
    secretKeys: { secret: true },
    serviceRoleKey: { secret: true },
  },
  async call(api, { projectRef: ref }, { signal }) {
    const path = `/projects/${ref}/api-keys?reveal=true`;
    const keys = asObjects(
      await api.expectJson("GET", path, { status: 200, doing: "read API keys", signal }),
    );
    const legacy = (name: string) => keys.find((key) => key.type === "legacy" && key.name === name);
    return {
      projectRef: ref,
      anonKey: legacy("anon")?.api_key ?? null,
      serviceRoleKey: legacy("service_role")?.api_key ?? null,
      // The last one counts, as in the official provider.
      publishableKey: keys.findLast((key) => key.type === "publishable")?.api_key ?? null,
      secretKeys: keys
        .filter((key) => key.type === "secret")
        .map((key) => ({ name: key.name ?? null, apiKey: key.api_key ?? null })),
    };
  },
});

const getBranch = lookUp<ManagementApi, { parentProjectRef: string }>({
  args: { parentProjectRef: { type: "string", required: true } },
  async call(api, { parentProjectRef }, { signal }) {
    const answer = await api.call("GET", `/projects/${parentProjectRef}/branches`, { signal });
    const previews =
      answer.status === 422
        ? []
        : asObjects(jsonOf(answer, 200, "read branches")).filter((row) => row.is_default !== true);
    return {
      parentProjectRef,
      branches: previews.map((row) => ({
        id: row.id ?? null,
        gitBranch: row.git_branch ?? null,
        projectRef: row.project_ref ?? null,
      })),
    };
  },
});

const getNetworkBans = lookUp<ManagementApi, { projectRef: string }>({
  args: projectRef,
  async call(api, { projectRef: ref }, { signal }) {
    const path = `/projects/${ref}/network-bans/retrieve`;
    const answer = asObject(
      await api.expectJson("POST", path, { status: 201, doing: "read network bans", signal }),
    );
    return { projectRef: ref, bannedIpv4Addresses: answer.banned_ipv4_addresses ?? [] };
  },
});

const getPooler = lookUp<ManagementApi, { projectRef: string }>({
  args: projectRef,
  async call(api, { projectRef: ref }, { signal }) {
    const path = `/projects/${ref}/config/database/pooler`;
    const rows = asObjects(await api.expectJson("GET", path, { status: 200, doing: "read pooler", signal }));
    const primary = rows.filter((row) => row.database_type === "PRIMARY");
    return {
      projectRef: ref,
      url: Object.fromEntries(primary.map((row) => [String(row.pool_mode), String(row.connection_string)])),
    };
  },
});

export const functions: Record<string, AnyLookUp<ManagementApi>> = {
  "supabase:index/getApikeys:getApikeys": getApikeys,
  "supabase:index/getBranch:getBranch": getBranch,
  "supabase:index/getNetworkBans:getNetworkBans": getNetworkBans,
  "supabase:index/getPooler:getPooler": getPooler,
};
