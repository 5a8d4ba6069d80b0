import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody } from "../http";
import type { Services } from "../services";
import type { ProjectRecord, TemporaryAccessRecord } from "../state/record";

const cidrs = z.array(z.strictObject({ cidr: z.string() }));

const grant = z.strictObject({
  user_id: z.uuid(),
  roles: z
    .array(
      z.strictObject({
        role: z.string().min(1),
        /** Seconds since 1970. */
        expires_at: z.number().optional(),
        allowed_networks: z
          .strictObject({ allowed_cidrs: cidrs, allowed_cidrs_v6: cidrs })
          .partial()
          .optional(),
        branches_only: z.boolean().optional(),
      }),
    )
    .min(1),
});

/**
 * Routes of `jit-access`: whether members of the organization may sign in to the database with their access token. The platform
 * offers it only to projects that enforce SSL. The local database does not support this.
 */
export function temporaryAccessRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/", (context) => context.json(stateOf(context.get("project"))));

  routes.put("/", async (context) => {
    const project = context.get("project");
    const { state } = await readBody(context, z.strictObject({ state: z.enum(["enabled", "disabled"]) }));
    if (project.sslEnforced) {
      project.temporaryAccess = { ...accessOf(project), isEnabled: state === "enabled" };
      store.save(project);
    }
    return context.json(stateOf(project));
  });

  return routes;
}

/** Routes of `database/jit`: which member may sign in as which role, and until when. */
export function temporaryRoleRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/list", (context) => context.json({ items: accessOf(context.get("project")).members }));

  routes.put("/", async (context) => {
    const project = context.get("project");
    const { user_id, roles } = await readBody(context, grant);
    const member = { user_id, user_roles: roles };
    const { isEnabled, members } = accessOf(project);
    const others = members.filter((other) => other.user_id !== user_id);
    project.temporaryAccess = { isEnabled, members: [...others, member] };
    store.save(project);
    return context.json(member);
  });

  routes.delete("/:user", (context) => {
    const project = context.get("project");
    const user = pathParameter(context, "user");
    const { isEnabled, members } = accessOf(project);
    const left = members.filter((other) => other.user_id !== user);
    if (left.length === members.length) throw new ApiError(404, "The user has no temporary access");
    project.temporaryAccess = { isEnabled, members: left };
    store.save(project);
    return context.body(null, 200);
  });

  return routes;
}

function accessOf({ temporaryAccess }: ProjectRecord): TemporaryAccessRecord {
  return temporaryAccess ?? { isEnabled: false, members: [] };
}

function stateOf(project: ProjectRecord) {
  return project.sslEnforced
    ? { state: accessOf(project).isEnabled ? "enabled" : "disabled", appliedSuccessfully: true }
    : { state: "unavailable", unavailableReason: "ssl_enforcement_required" };
}
