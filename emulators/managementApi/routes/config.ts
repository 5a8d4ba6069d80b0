import { Hono } from "hono";
import { isJsonObject, type JsonObject } from "../../../foundation/json";
import { type EmulatorEnvironment, readBody } from "../http";
import type { Services } from "../services";
import { authConfigPatch, shownAuthConfig, storedAuthChange } from "../settings/auth";
import { postgresConfigPut } from "../settings/postgres";
import { postgrestConfigPatch } from "../settings/postgrest";
import { realtimeConfigPatch } from "../settings/realtime";
import { storageConfigPatch } from "../settings/storage";

/** Merges the sent values into the stored ones. Objects are merged, anything else is replaced. */
function merge(stored: JsonObject, change: JsonObject): JsonObject {
  const merged = { ...stored };
  for (const [key, value] of Object.entries(change)) {
    const before = merged[key];
    merged[key] = isJsonObject(before) && isJsonObject(value) ? merge(before, value) : value;
  }
  return merged;
}

/** Returns the body as plain JSON, without undefined keys. */
function sent(body: object): JsonObject {
  return JSON.parse(JSON.stringify(body)) as JsonObject;
}

/** Routes for the settings of Auth, PostgreSQL, Storage, Realtime and the Data API (`postgrest`). */
export function configRoutes({ store, lifecycle }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/config/auth", (context) => context.json(shownAuthConfig(context.get("project").authConfig)));

  routes.patch("/config/auth", async (context) => {
    const project = context.get("project");
    const change = sent(await readBody(context, authConfigPatch));
    project.authConfig = { ...project.authConfig, ...storedAuthChange(change) };
    store.save(project);
    return context.json(shownAuthConfig(project.authConfig));
  });

  routes.get("/config/database/postgres", (context) =>
    context.json(context.get("project").postgresOverrides),
  );

  routes.put("/config/database/postgres", async (context) => {
    const project = context.get("project");
    const { restart_database: restart, ...overrides } = await readBody(context, postgresConfigPut);
    project.postgresOverrides = { ...project.postgresOverrides, ...sent(overrides) };
    store.save(project);
    if (restart === true && project.status === "ACTIVE_HEALTHY") lifecycle.restart(project, "RESTARTING");
    return context.json(project.postgresOverrides);
  });

  routes.get("/config/storage", (context) => context.json(context.get("project").storage));

  routes.patch("/config/storage", async (context) => {
    const project = context.get("project");
    project.storage = merge(project.storage, sent(await readBody(context, storageConfigPatch)));
    store.save(project);
    return context.body(null, 200);
  });

  routes.get("/config/realtime", (context) => context.json(context.get("project").realtime));

  routes.patch("/config/realtime", async (context) => {
    const project = context.get("project");
    Object.assign(project.realtime, sent(await readBody(context, realtimeConfigPatch)));
    store.save(project);
    return context.body(null, 204);
  });

  routes.get("/postgrest", (context) => {
    const project = context.get("project");
    return context.json({ ...project.postgrest, jwt_secret: project.jwtSecret });
  });

  routes.patch("/postgrest", async (context) => {
    const project = context.get("project");
    Object.assign(project.postgrest, sent(await readBody(context, postgrestConfigPatch)));
    store.save(project);
    return context.json(project.postgrest);
  });

  return routes;
}
