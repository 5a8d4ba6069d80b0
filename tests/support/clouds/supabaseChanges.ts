import { setTimeout as wait } from "node:timers/promises";
import type { JsonObject, JsonValue } from "../../../foundation/json";
import type { Clouds } from "./clouds";
import type { Deployed } from "./deployed";
import type { CloudChanges, Deletion } from "./manualChange";

const ofProject = ({ id }: Deployed, path = "") => `/projects/${id}${path}`;

/** Returns some keys of the API's response. */
const keys = async (clouds: Clouds, path: string, ...names: string[]): Promise<JsonValue[]> => {
  const answer = (await clouds.supabase("GET", path)) as JsonObject;
  return names.map((name) => answer[name] ?? null);
};

const settingsStay: Deletion = { none: "a project always has its settings: they are changed, as above" };

/** Manual changes of the project, its settings, functions and secrets. */
export const supabaseChanges: CloudChanges = {
  "supabase:index/project:Project": {
    look: async (clouds, resource) => await keys(clouds, ofProject(resource), "name", "region"),
    change: async (clouds, resource) =>
      await clouds.supabase("PATCH", ofProject(resource), { name: "renamed by hand" }),
    reports: ["name"],
    deletion: { none: "deletes the whole database: projectStatus.engine.test.ts" },
  },
  "supabase:index/settings:Settings supabase-settings": {
    look: async (clouds, resource) => [
      await keys(clouds, ofProject(resource, "/postgrest"), "max_rows"),
      await keys(clouds, ofProject(resource, "/config/auth"), "jwt_exp", "site_url"),
      await keys(clouds, ofProject(resource, "/config/database/postgres"), "work_mem"),
      await keys(clouds, ofProject(resource, "/config/storage"), "fileSizeLimit"),
      await keys(clouds, ofProject(resource, "/network-restrictions"), "config"),
      await keys(clouds, ofProject(resource, "/ssl-enforcement"), "currentConfig"),
    ],
    change: async (clouds, resource) => {
      const set = async (method: string, path: string, body: JsonObject) =>
        await clouds.supabase(method, ofProject(resource, path), body);
      await set("PATCH", "/postgrest", { max_rows: 1_000_000 });
      await set("PATCH", "/config/auth", { jwt_exp: 604_800, site_url: "https://evil.example" });
      await set("PUT", "/config/database/postgres", { work_mem: "1MB" });
      await set("PATCH", "/config/storage", { fileSizeLimit: 1 });
      await set("POST", "/network-restrictions/apply", { dbAllowedCidrs: ["203.0.113.0/24"] });
      await set("PUT", "/ssl-enforcement", { requestedConfig: { database: false } });
      // This restarts the database, which must be up again before a refresh reads it.
      const applied = async () =>
        await keys(clouds, ofProject(resource, "/ssl-enforcement"), "appliedSuccessfully");
      while (!(await applied()).includes(true)) await wait(50);
      while (!(await keys(clouds, ofProject(resource), "status")).includes("ACTIVE_HEALTHY")) await wait(50);
    },
    reports: ["api", "auth", "database", "storage", "network", "sslEnforcement"],
    deletion: settingsStay,
  },
  "supabase:index/settings:Settings supabase-credentials": {
    look: async (clouds, resource) =>
      await keys(
        clouds,
        ofProject(resource, "/config/auth"),
        "external_google_enabled",
        "external_google_client_id",
      ),
    // The API does not return credentials, so only changes of the other properties are visible.
    change: async (clouds, resource) =>
      await clouds.supabase("PATCH", ofProject(resource, "/config/auth"), {
        external_google_enabled: false,
        external_google_client_id: "somebody-else.apps.googleusercontent.com",
      }),
    reports: ["auth"],
    deletion: settingsStay,
  },
  "supabase:index/settings:Settings access-token-hook-settings": {
    look: async (clouds, resource) =>
      await keys(clouds, ofProject(resource, "/config/auth"), "hook_custom_access_token_enabled"),
    change: async (clouds, resource) =>
      await clouds.supabase("PATCH", ofProject(resource, "/config/auth"), {
        hook_custom_access_token_enabled: false,
      }),
    reports: ["auth", "hook_custom_access_token_enabled"],
    deletion: settingsStay,
  },
  "supabasex:index:PlatformSettings": {
    look: async (clouds, resource) => [
      await clouds.supabase("GET", ofProject(resource, "/config/database/pooler")),
      await keys(clouds, ofProject(resource, "/config/realtime"), "private_only"),
    ],
    change: async (clouds, resource) => {
      await clouds.supabase("PATCH", ofProject(resource, "/config/database/pooler"), {
        default_pool_size: 1,
      });
      await clouds.supabase("PATCH", ofProject(resource, "/config/realtime"), { private_only: false });
    },
    reports: ["defaultPoolSize", "privateOnly"],
    deletion: settingsStay,
  },
  "supabase:index/edgeFunction:EdgeFunction": {
    look: async (clouds, resource) => await keys(clouds, functionPath(resource), "name", "status"),
    change: async (clouds, resource) =>
      await clouds.supabase("PATCH", functionPath(resource), { name: "renamed by hand" }),
    reports: ["name"],
    deletion: {
      remove: async (clouds, resource) => await clouds.supabase("DELETE", functionPath(resource)),
      takes: ["supabasex:index:EdgeFunctionDeployment"],
    },
  },
  "supabasex:index:EdgeFunctionDeployment": {
    look: async (clouds, resource) => await keys(clouds, functionPath(resource), "verify_jwt"),
    change: async (clouds, resource) =>
      await clouds.supabase("PATCH", functionPath(resource), { verify_jwt: false }),
    reports: ["verifyJwt"],
    deletion: { none: "belongs to the function, whose deletion is the case above" },
  },
  "supabasex:index:ProjectWatch": {
    look: async (clouds, resource) => await clouds.supabase("GET", ofProject(resource, "/api-keys/legacy")),
    unchangeable: "reports and repairs nothing: projectWatch.unit.test.ts",
    deletion: { none: "made nothing" },
  },
  "supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets": {
    look: async (clouds, resource) => await secretDigests(clouds, resource),
    change: async (clouds, resource) => {
      const names = Object.keys(await secretDigests(clouds, resource));
      const body = names.map((name) => ({ name, value: "changed by hand" }));
      await clouds.supabase("POST", ofProject(resource, "/secrets"), body);
    },
    reports: ["secretDigests"],
    deletion: {
      remove: async (clouds, resource) => {
        const names = Object.keys(await secretDigests(clouds, resource));
        await clouds.supabase("DELETE", ofProject(resource, "/secrets"), names);
      },
      reportedAs: "update",
    },
  },
};

function functionPath(resource: Deployed): string {
  return `/projects/${resource.text("projectRef")}/functions/${resource.text("slug")}`;
}

/** Returns the digests of secrets: the API returns hashes, never values. */
async function secretDigests(clouds: Clouds, resource: Deployed): Promise<Record<string, JsonValue>> {
  const rows = (await clouds.supabase("GET", ofProject(resource, "/secrets"))) as JsonObject[];
  return Object.fromEntries(rows.map(({ name, value }) => [String(name), value ?? null]));
}
