import { Hono } from "hono";
import * as z from "zod";
import { type EmulatorEnvironment, readBody } from "../http";
import type { Services } from "../services";

const change = z
  .strictObject({
    default_pool_size: z.number().int().min(0).max(3000).nullable(),
    pool_mode: z.enum(["transaction", "session"]),
  })
  .partial();

const maxClientConnections = 200;

/**
 * Routes for the poolers. Hosted returns one row for transaction mode on port 6543, and clients replace 6543 by 5432 to get the
 * session URL. The local shared pooler (pooler/) only has session mode, on one port. Its row does not contain 6543, so the
 * replacement changes nothing and the URL works.
 */
export function poolerRoutes({ store, lifecycle, poolerPort }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/pooler", (context) => {
    const project = context.get("project");
    lifecycle.revive(project);
    const user = `postgres.${project.ref}`;
    const string = `postgresql://${user}:[YOUR-PASSWORD]@127.0.0.1:${poolerPort}/postgres`;
    const primary = {
      identifier: project.ref,
      database_type: "PRIMARY",
      is_using_scram_auth: true,
      db_user: user,
      db_host: "127.0.0.1",
      db_port: poolerPort,
      db_name: "postgres",
      connection_string: string,
      connectionString: string,
      default_pool_size: project.pooler.default_pool_size,
      max_client_conn: maxClientConnections,
      pool_mode: project.pooler.pool_mode,
    };
    const replicas = (project.readReplicas ?? []).map((identifier) => ({
      ...primary,
      identifier,
      database_type: "READ_REPLICA",
      db_user: `postgres.${identifier}`,
    }));
    return context.json([primary, ...replicas]);
  });

  routes.patch("/pooler", async (context) => {
    const project = context.get("project");
    const body = await readBody(context, change);
    if (body.default_pool_size !== undefined) project.pooler.default_pool_size = body.default_pool_size;
    if (body.pool_mode !== undefined) project.pooler.pool_mode = body.pool_mode;
    store.save(project);
    return context.json(project.pooler);
  });

  routes.get("/pgbouncer", (context) => {
    const project = context.get("project");
    return context.json({
      pool_mode: "transaction",
      default_pool_size: project.pooler.default_pool_size ?? 15,
      max_client_conn: maxClientConnections,
      reserve_pool_size: 0,
      server_idle_timeout: 600,
      server_lifetime: 3600,
      query_wait_timeout: 120,
      ignore_startup_parameters: "extra_float_digits",
      // The dedicated pooler takes the role's name without a ref. Here its address is that of the database.
      connection_string: `postgresql://postgres:[YOUR-PASSWORD]@127.0.0.1:${project.databasePort ?? 0}/postgres`,
    });
  });

  return routes;
}
