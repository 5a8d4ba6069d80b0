import { Hono } from "hono";
import * as z from "zod";
import { type EmulatorEnvironment, validate } from "../http";
import type { Services } from "../services";
import type { ProjectRecord } from "../state/record";

const serviceNames = "auth db db_postgres_user pg_bouncer pooler realtime rest storage".split(" ");

const query = z.array(z.enum(serviceNames)).min(1, "at least one service must be named");

const comingUp: ReadonlySet<ProjectRecord["status"]> = new Set([
  "COMING_UP",
  "RESIZING",
  "RESTARTING",
  "RESTORING",
]);

/**
 * Returns the route of `GET health`: one row per requested service. Only the database is checked; the others follow the project's
 * status.
 */
export function healthRoutes({ lifecycle, clusters }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  const databaseAnswers = async (project: ProjectRecord): Promise<boolean> => {
    try {
      await clusters.query(lifecycle.cluster(project), "postgres", "select 1");
      return true;
    } catch {
      return false;
    }
  };

  routes.get("/", async (context) => {
    const project = context.get("project");
    const services = validate(query, context.req.queries("services") ?? []);
    lifecycle.revive(project);
    const up = project.status === "ACTIVE_HEALTHY" && (await databaseAnswers(project));
    const dataApiOff = project.postgrest.db_schema.trim() === "";
    return context.json(
      services.map((name) => {
        if (comingUp.has(project.status)) return { name, healthy: false, status: "COMING_UP" };
        if (!up) return unhealthy(name, `the project is ${project.status}`);
        if (name === "rest" && dataApiOff) return unhealthy(name, "the Data API is disabled");
        return { name, healthy: true, status: "ACTIVE_HEALTHY", ...information(name) };
      }),
    );
  });

  return routes;
}

/** Returns the row of a service that is not healthy. Its `error` member is JSON in a string, which clients parse. */
function unhealthy(name: string, reason: string) {
  return { name, healthy: false, status: "UNHEALTHY", error: JSON.stringify({ error: reason }) };
}

function information(name: string) {
  if (name === "auth")
    return { info: { name: "GoTrue", description: "user registration API", version: "v2.177.0" } };
  if (name === "realtime") {
    return { info: { healthy: true, db_connected: true, replication_connected: true, connected_cluster: 1 } };
  }
  return {};
}
