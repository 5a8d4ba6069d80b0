import { Hono } from "hono";
import { isJsonObject, type JsonValue } from "../../../foundation/json";
import type { EmulatorEnvironment } from "../http";
import { queryDatabase } from "../queryDatabase";
import type { Services } from "../services";
import { defaultAuthConfig, shownAuthConfig } from "../settings/auth";
import type { ProjectRecord } from "../state/record";

/** Returns the route of `GET /v2/projects/{ref}/config`: all settings of a project in one response, for `supabase config`. */
export function projectConfigRoutes(services: Services) {
  const routes = new Hono<EmulatorEnvironment>();
  const query = queryDatabase(services);

  routes.get("/", async (context) => {
    const project = context.get("project");
    const sql = "select current_setting('server_version_num')::integer / 10000 as major";
    const [row] = await query(project, "postgres", sql);
    return context.json({
      data: {
        type: "project_config",
        id: project.ref,
        attributes: {
          database: shownDatabase(project, Number(row?.major)),
          pooler: shownPooler(project),
          auth: shownAuth(project),
          api: { ...project.postgrest, db_pool_acquisition_timeout: 10 },
          realtime: { ...project.realtime, postgres_changes_pool: null },
          storage: snakeCase(shownStorage(project)),
        },
      },
    });
  });

  return routes;
}

function shownDatabase(project: ProjectRecord, major: number) {
  const { config, updatedAt, appliedAt } = project.network;
  const ranges = (type: "v4" | "v6", addresses: readonly string[] | undefined) =>
    (addresses ?? []).map((address) => ({ address, type }));
  return {
    major_version: major,
    ssl_enforced: project.sslEnforced,
    network_restrictions: {
      entitlement: "allowed",
      status: appliedAt === undefined ? "stored" : "applied",
      allowed_cidrs: [...ranges("v4", config.dbAllowedCidrs), ...ranges("v6", config.dbAllowedCidrsV6)],
      ...(updatedAt !== undefined && { updated_at: updatedAt }),
      ...(appliedAt !== undefined && { applied_at: appliedAt }),
    },
    postgres_settings: project.postgresOverrides,
  };
}

function shownPooler({ pooler }: ProjectRecord) {
  return {
    pool_mode: pooler.pool_mode,
    ignore_startup_parameters: "extra_float_digits",
    server_idle_timeout: 600,
    server_lifetime: 3600,
    query_wait_timeout: 120,
    reserve_pool_size: 0,
    default_pool_size: pooler.default_pool_size ?? 15,
    max_client_conn: 200,
  };
}

/** Returns the effective settings: the platform's default instead of null if a setting was never set. */
function shownAuth({ authConfig }: ProjectRecord) {
  return { ...defaultAuthConfig(), ...shownAuthConfig(authConfig) };
}

function shownStorage({ storage }: ProjectRecord): JsonValue {
  const { external, features, ...rest } = storage;
  return {
    ...rest,
    features: { ...(isJsonObject(features) ? features : {}), purgeCache: { enabled: false } },
    upstreamTarget: isJsonObject(external) ? (external.upstreamTarget ?? "main") : "main",
  };
}

/** Converts the names of members: version 2 of the API uses snake_case for the storage settings. */
function snakeCase(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(member),
    ]),
  );
}
