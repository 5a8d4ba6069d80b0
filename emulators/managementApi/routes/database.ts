import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, readBody } from "../http";
import { queryDatabase } from "../queryDatabase";
import type { Services } from "../services";

const queryBody = z.strictObject({
  query: z.string().min(1),
  parameters: z.array(z.unknown()).optional(),
  read_only: z.boolean().optional(),
});
const restorePoint = z.strictObject({ name: z.string().min(1).max(20) });

/** Routes that work on the database: queries, buckets, restore points. */
export function databaseRoutes(services: Services) {
  const { store } = services;
  const routes = new Hono<EmulatorEnvironment>();
  const run = queryDatabase(services);

  routes.post("/database/query", async (context) => {
    const body = await readBody(context, queryBody);
    const role = body.read_only === true ? "supabase_read_only_user" : "postgres";
    return context.json(
      await run(context.get("project"), role, body.query, {
        parameters: body.parameters,
      }),
      201,
    );
  });

  routes.post("/database/query/read-only", async (context) => {
    const body = await readBody(context, queryBody.omit({ read_only: true }));
    const rows = await run(context.get("project"), "supabase_read_only_user", body.query, {
      parameters: body.parameters,
    });
    return context.json(rows, 201);
  });

  routes.get("/storage/buckets", async (context) => {
    const rows = await run(
      context.get("project"),
      "postgres",
      `select id, name, coalesce(owner_id, '') as owner, public, created_at, updated_at
       from storage.buckets order by id`,
    );
    return context.json(rows);
  });

  routes.get("/database/backups", (context) => {
    const project = context.get("project");
    return context.json({
      region: project.region,
      walg_enabled: true,
      pitr_enabled: project.addons.pitr !== undefined,
      backups: [],
      physical_backup_data: {},
    });
  });

  routes.get("/database/backups/restore-point", (context) => {
    const { restorePoints } = context.get("project");
    const name = context.req.query("name");
    const found =
      name === undefined ? restorePoints.at(-1) : restorePoints.find((point) => point.name === name);
    if (found === undefined) throw new ApiError(404, "Restore point not found");
    return context.json(found);
  });

  routes.post("/database/backups/restore-point", async (context) => {
    const project = context.get("project");
    const { name } = await readBody(context, restorePoint);
    if (project.addons.pitr === undefined) {
      throw new ApiError(400, "Restore points need the point-in-time recovery add-on");
    }
    if (project.restorePoints.some((point) => point.name === name)) {
      throw new ApiError(409, "A restore point of this name already exists");
    }
    await run(project, "supabase_admin", "select pg_create_restore_point($1)", { parameters: [name] });
    const point = { name, status: "AVAILABLE" as const, completed_on: new Date().toISOString() };
    project.restorePoints.push(point);
    store.save(project);
    return context.json(point, 201);
  });

  // A point-in-time restore needs archived WAL, which a local cluster does not keep.
  for (const action of ["restore-pitr", "undo"]) {
    routes.post(`/database/backups/${action}`, () => {
      throw new ApiError(501, "The local emulator cannot rewind a database: restore a backup instead");
    });
  }

  return routes;
}
