import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody } from "../http";
import type { Services } from "../services";

const attributes = z.object({
  name: z.string().min(1),
  backend_type: z.enum([
    "axiom",
    "bigquery",
    "datadog",
    "loki",
    "otlp",
    "postgres",
    "s3",
    "sentry",
    "syslog",
    "webhook",
  ]),
  config: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.string())]),
  ),
  description: z.string().optional(),
});
const creation = z.strictObject({
  data: z.strictObject({ type: z.literal("log_drain"), attributes }),
});

/** Routes of `/v2/projects/{ref}/analytics/log-drains`. Stores and returns them, but there are no logs to send. */
export function logDrainRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/", (context) => context.json({ data: context.get("project").logDrains ?? [] }));

  routes.post("/", async (context) => {
    const project = context.get("project");
    const { data } = await readBody(context, creation);
    const added = { ...data, id: randomUUID() };
    project.logDrains = [...(project.logDrains ?? []), added];
    store.save(project);
    return context.json({ data: added }, 201);
  });

  routes.delete("/:id", (context) => {
    const project = context.get("project");
    const id = pathParameter(context, "id");
    const others = (project.logDrains ?? []).filter((drain) => drain.id !== id);
    if (others.length === (project.logDrains ?? []).length) throw new ApiError(404, "Log drain not found");
    project.logDrains = others;
    store.save(project);
    return context.body(null, 204);
  });

  return routes;
}
