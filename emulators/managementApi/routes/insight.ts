import { Hono } from "hono";
import type { EmulatorEnvironment } from "../http";
import type { Services } from "../services";

/** Routes for information about a project: types of its schemas, advisors, logs. */
export function insightRoutes({ lifecycle, programs }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/types/typescript", async (context) => {
    const project = context.get("project");
    const schemas = context.req.query("included_schemas") || project.postgrest.db_schema;
    const names = schemas.split(",").map((name) => name.trim());
    return context.json({ types: await programs.types(lifecycle.cluster(project).url(), names) });
  });

  for (const type of ["security", "performance"] as const) {
    routes.get(`/advisors/${type}`, async (context) => {
      const { url } = lifecycle.cluster(context.get("project"));
      return context.json({ lints: await programs.lints(url(), type) });
    });
  }

  // Always empty, because no service writes logs here.
  for (const endpoint of ["logs", "logs.all"]) {
    routes.get(`/analytics/endpoints/${endpoint}`, (context) => context.json({ result: [] }));
  }

  return routes;
}
