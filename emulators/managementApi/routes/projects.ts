import { Hono } from "hono";
import * as z from "zod";
import { shownVersion } from "../databaseVersion";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody } from "../http";
import type { Services } from "../services";
import { newProject, type ProjectRecord } from "../state/record";

export const regions = [
  "us-east-1 us-east-2 us-west-1 us-west-2 ap-east-1 ap-southeast-1 ap-southeast-2 ap-northeast-1",
  "ap-northeast-2 ap-south-1 eu-west-1 eu-west-2 eu-west-3 eu-north-1 eu-central-1 eu-central-2",
  "ca-central-1 sa-east-1",
].flatMap((line) => line.split(" "));

/** Sizes for a new project. A preview branch may also be `pico`. */
export const instanceSizes = [
  "nano micro small medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge",
  "24xlarge_optimized_memory 24xlarge_optimized_cpu 24xlarge_high_memory 48xlarge",
  "48xlarge_optimized_memory 48xlarge_optimized_cpu 48xlarge_high_memory",
].flatMap((line) => line.split(" "));

const projectName = z.string().min(1).max(256);

const creation = z.strictObject({
  db_pass: z.string().min(4),
  name: projectName,
  organization_slug: z.string().regex(/^[\w-]+$/, "must be letters, digits, - and _"),
  organization_id: z.string().optional(),
  region: z.enum(regions).optional(),
  region_selection: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("specific"), code: z.enum(regions) }),
      z.strictObject({ type: z.literal("smartGroup"), code: z.enum(["americas", "emea", "apac"]) }),
    ])
    .optional(),
  desired_instance_size: z.enum(instanceSizes).optional(),
  template_url: z.url().optional(),
  plan: z.enum(["free", "pro"]).optional(),
  kps_enabled: z.boolean().optional(),
});

const smartGroups = { americas: "us-east-1", emea: "eu-central-1", apac: "ap-southeast-1" };

export function shownProject(project: ProjectRecord) {
  return {
    id: project.ref,
    ref: project.ref,
    organization_id: project.organizationSlug,
    organization_slug: project.organizationSlug,
    name: project.name,
    region: project.region,
    created_at: project.createdAt,
    status: project.status,
  };
}

function shownProjectWithDatabase(project: ProjectRecord) {
  return {
    ...shownProject(project),
    database: {
      host: `db.${project.ref}.supabase.co`,
      ...shownVersion(project),
      release_channel: "ga",
    },
  };
}

function shownReference(project: ProjectRecord) {
  return { id: project.numericId, ref: project.ref, name: project.name };
}

/** Routes for a project's life cycle, from creation to deletion. */
export function projectRoutes({ store, lifecycle, organizations }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  const findAny = (ref: string): ProjectRecord => {
    const project = store.get(ref);
    if (project === undefined) throw new ApiError(404, "Project not found");
    return project;
  };
  /**
   * Finds a project that is not a preview branch: a branch has settings like a project, but only the branches endpoint lists it.
   */
  const find = (ref: string): ProjectRecord => {
    const project = findAny(ref);
    if (project.branch) throw new ApiError(404, "Project not found");
    return project;
  };

  routes.get("/projects", (context) =>
    context.json(
      store
        .list()
        .filter((project) => !project.branch)
        .map(shownProjectWithDatabase),
    ),
  );

  routes.post("/projects", async (context) => {
    const body = await readBody(context, creation);
    if ((body.region === undefined) === (body.region_selection === undefined)) {
      throw new ApiError(400, "Exactly one of region and region_selection must be given");
    }
    if (organizations && !organizations.includes(body.organization_slug)) {
      throw new ApiError(404, "Organization not found");
    }
    const selection = body.region_selection;
    const project = newProject({
      numericId: store.nextNumericId(),
      name: body.name,
      organizationSlug: body.organization_slug,
      region:
        body.region ??
        (selection?.type === "smartGroup" ? smartGroups[selection.code] : selection?.code) ??
        "",
      databasePassword: body.db_pass,
      ...(body.desired_instance_size !== undefined && { instanceSize: body.desired_instance_size }),
    });
    lifecycle.create(project);
    return context.json(shownProject(project), 201);
  });

  routes.get("/projects/:ref", (context) => {
    const project = find(pathParameter(context, "ref"));
    lifecycle.revive(project);
    return context.json(shownProjectWithDatabase(project));
  });

  routes.patch("/projects/:ref", async (context) => {
    const project = find(pathParameter(context, "ref"));
    const { name } = await readBody(context, z.strictObject({ name: projectName }));
    project.name = name;
    store.save(project);
    return context.json(shownReference(project));
  });

  routes.delete("/projects/:ref", async (context) => {
    const project = find(pathParameter(context, "ref"));
    for (const branch of store.list().filter((other) => other.branch?.parentRef === project.ref)) {
      await lifecycle.remove(branch);
    }
    await lifecycle.remove(project);
    return context.json(shownReference(project));
  });

  routes.post("/projects/:ref/pause", (context) => {
    const project = findAny(pathParameter(context, "ref"));
    if (project.status !== "ACTIVE_HEALTHY") {
      throw new ApiError(400, `Only an active project can be paused: its status is ${project.status}`);
    }
    lifecycle.pause(project);
    return context.body(null, 200);
  });

  routes.post("/projects/:ref/restore", (context) => {
    const project = findAny(pathParameter(context, "ref"));
    if (project.status !== "INACTIVE") {
      throw new ApiError(400, `Only a paused project can be restored: its status is ${project.status}`);
    }
    lifecycle.restore(project);
    return context.body(null, 200);
  });

  routes.patch("/projects/:ref/database/password", async (context) => {
    const project = find(pathParameter(context, "ref"));
    const { password } = await readBody(context, z.strictObject({ password: z.string().min(4) }));
    await lifecycle.changePassword(project, password);
    return context.json({ message: "Successfully updated password" });
  });

  return routes;
}
