import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, readBody } from "../http";
import type { Services } from "../services";

const setup = z.strictObject({ read_replica_region: z.string().min(1) });
const removal = z.strictObject({ database_identifier: z.string().min(1) });

/** Routes of `read-replicas`. A replica is listed in the pooler's configuration, but there is no database behind it. */
export function readReplicaRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.post("/setup", async (context) => {
    const project = context.get("project");
    const { read_replica_region: region } = await readBody(context, setup);
    const identifier = `${project.ref}-rr-${region}-${randomBytes(3).toString("hex")}`;
    project.readReplicas = [...(project.readReplicas ?? []), identifier];
    store.save(project);
    return context.body(null, 201);
  });

  routes.post("/remove", async (context) => {
    const project = context.get("project");
    const { database_identifier: identifier } = await readBody(context, removal);
    const replicas = project.readReplicas ?? [];
    if (!replicas.includes(identifier)) throw new ApiError(404, "Read replica not found");
    project.readReplicas = replicas.filter((other) => other !== identifier);
    store.save(project);
    return context.body(null, 201);
  });

  return routes;
}
