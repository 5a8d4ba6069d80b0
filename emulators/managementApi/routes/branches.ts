import { randomBytes, randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import { describeError } from "../../../foundation/userError";
import { carryOver } from "../branchMigrations";
import { shownVersion } from "../databaseVersion";
import { ApiError, type EmulatorContext, type EmulatorEnvironment, pathParameter, readBody } from "../http";
import type { Services } from "../services";
import { type BranchRecord, newProject, type ProjectRecord } from "../state/record";
import { instanceSizes, regions } from "./projects";

const creation = z.strictObject({
  branch_name: z.string().min(1),
  git_branch: z.string().optional(),
  is_default: z.boolean().optional(),
  persistent: z.boolean().optional(),
  region: z.enum(regions).optional(),
  desired_instance_size: z.enum(["pico", ...instanceSizes]).optional(),
  release_channel: z.string().optional(),
  postgres_engine: z.enum(["15", "17", "17-oriole"]).optional(),
  secrets: z.record(z.string(), z.string()).optional(),
  with_data: z.boolean().optional(),
  notify_url: z.url().optional(),
});

const change = z
  .strictObject({
    branch_name: z.string().min(1),
    git_branch: z.string(),
    persistent: z.boolean(),
    reset_on_push: z.boolean(),
    request_review: z.boolean(),
    status: z.string(),
    notify_url: z.url(),
  })
  .partial();

function shownBranch(branch: BranchRecord, project: ProjectRecord) {
  return {
    id: branch.id,
    name: branch.name,
    project_ref: project.ref,
    parent_project_ref: branch.parentRef,
    is_default: branch.isDefault,
    ...(branch.gitBranch !== null && { git_branch: branch.gitBranch }),
    persistent: branch.persistent,
    with_data: branch.withData ?? false,
    status: project.status === "COMING_UP" ? "CREATING_PROJECT" : (branch.status ?? "FUNCTIONS_DEPLOYED"),
    preview_project_status: project.status,
    created_at: branch.createdAt,
    updated_at: branch.updatedAt,
  };
}

function newBranch(fields: Omit<BranchRecord, "id" | "createdAt" | "updatedAt">): BranchRecord {
  const now = new Date().toISOString();
  return { id: randomUUID(), createdAt: now, updatedAt: now, ...fields };
}

/** Routes of `/projects/{ref}/branches`. Until a branch is created, branching is off and the API returns 422. */
export function projectBranchRoutes({ store, lifecycle }: Services) {
  const routes = new Hono<EmulatorEnvironment>();
  const off = () => new ApiError(422, "Preview branching is not enabled for this project");

  routes.get("/", (context) => {
    const project = context.get("project");
    if (!project.defaultBranch) throw off();
    const previews = store
      .list()
      .flatMap((other) =>
        other.branch?.parentRef === project.ref ? [shownBranch(other.branch, other)] : [],
      );
    return context.json([shownBranch(project.defaultBranch, project), ...previews]);
  });

  routes.post("/", async (context) => {
    const project = context.get("project");
    const body = await readBody(context, creation);
    if (body.is_default === true) {
      if (project.defaultBranch) throw new ApiError(409, "The project already has a default branch");
      project.defaultBranch = newBranch({
        name: body.branch_name,
        gitBranch: body.git_branch ?? null,
        parentRef: project.ref,
        persistent: true,
        isDefault: true,
      });
      store.save(project);
      return context.json(shownBranch(project.defaultBranch, project), 201);
    }
    // The first preview branch enables branching, as on hosted.
    project.defaultBranch ??= newBranch({
      name: "main",
      gitBranch: null,
      parentRef: project.ref,
      persistent: true,
      isDefault: true,
    });
    store.save(project);
    const branch = newBranch({
      name: body.branch_name,
      gitBranch: body.git_branch ?? null,
      parentRef: project.ref,
      persistent: body.persistent ?? false,
      isDefault: false,
      ...(body.with_data === true && { withData: true }),
    });
    const preview = newProject({
      numericId: store.nextNumericId(),
      name: body.branch_name,
      organizationSlug: project.organizationSlug,
      region: body.region ?? project.region,
      databasePassword: randomBytes(24).toString("base64url"),
      branch,
    });
    lifecycle.create(preview);
    return context.json(shownBranch(branch, preview), 201);
  });

  routes.get("/:name", (context) => {
    const project = context.get("project");
    const name = pathParameter(context, "name");
    if (project.defaultBranch?.name === name)
      return context.json(shownBranch(project.defaultBranch, project));
    const found = store
      .list()
      .find((other) => other.branch?.parentRef === project.ref && other.branch.name === name);
    if (found?.branch === undefined) throw new ApiError(404, "Branch not found");
    return context.json(shownBranch(found.branch, found));
  });

  /** Disables branching: deletes every preview branch and keeps the project. */
  routes.delete("/", async (context) => {
    const project = context.get("project");
    for (const other of store.list()) {
      if (other.branch?.parentRef === project.ref) await lifecycle.remove(other);
    }
    delete project.defaultBranch;
    store.save(project);
    return context.body(null, 200);
  });

  return routes;
}

/** Routes of `/branches/{id or ref}`. */
export function branchRoutes(services: Services) {
  const { store, lifecycle } = services;
  const routes = new Hono<EmulatorEnvironment>();

  const find = (context: EmulatorContext): { branch: BranchRecord; project: ProjectRecord } => {
    const wanted = pathParameter(context, "id");
    for (const project of store.list()) {
      const branch = project.branch ?? project.defaultBranch;
      if (branch && (branch.id === wanted || project.ref === wanted)) return { branch, project };
    }
    throw new ApiError(404, "Branch not found");
  };

  routes.get("/:id", (context) => {
    const { branch, project } = find(context);
    const { version, postgres_engine: engine } = shownVersion(project);
    return context.json({
      ref: project.ref,
      status: project.status,
      postgres_version: version,
      postgres_engine: engine,
      release_channel: "ga",
      db_host: "127.0.0.1",
      db_port: project.databasePort ?? 5432,
      db_user: "postgres",
      // The default branch has the project's password, which the API never returns.
      ...(!branch.isDefault && { db_pass: project.databasePassword, jwt_secret: project.jwtSecret }),
    });
  });

  routes.patch("/:id", async (context) => {
    const { branch, project } = find(context);
    const body = await readBody(context, change);
    if (body.branch_name !== undefined) branch.name = body.branch_name;
    if (body.git_branch !== undefined) branch.gitBranch = body.git_branch;
    if (body.persistent !== undefined) branch.persistent = body.persistent;
    branch.updatedAt = new Date().toISOString();
    store.save(project);
    return context.json(shownBranch(branch, project));
  });

  routes.delete("/:id", async (context) => {
    const { branch, project } = find(context);
    if (branch.persistent) throw new ApiError(422, "A persistent branch cannot be deleted");
    if (branch.isDefault) {
      // The default branch represents the project itself. Deleting it disables branching and keeps the project.
      delete project.defaultBranch;
      store.save(project);
    } else {
      await lifecycle.remove(project);
    }
    return context.json({ message: "ok" });
  });

  /** Responds at once, like the platform. The branch's status shows the result. */
  for (const action of ["merge", "push", "reset"] as const) {
    routes.post(`/:id/${action}`, async (context) => {
      const { branch, project } = find(context);
      const body = await readBody(context, z.strictObject({ migration_version: z.string().optional() }));
      const parent = store.get(branch.parentRef);
      if (branch.isDefault || parent === undefined) {
        throw new ApiError(400, `Cannot ${action} the default branch`);
      }
      const work = async () => {
        if (action === "reset") await lifecycle.empty(project);
        const ends = action === "merge" ? { from: project, to: parent } : { from: parent, to: project };
        await carryOver(services, ends, body.migration_version);
      };
      branch.status = "RUNNING_MIGRATIONS";
      store.save(project);
      void work()
        .then(
          () => "FUNCTIONS_DEPLOYED" as const,
          (error: unknown) => {
            branch.failure = describeError(error);
            return "MIGRATIONS_FAILED" as const;
          },
        )
        .then((status) => {
          branch.status = status;
          store.save(project);
        });
      return context.json({ workflow_run_id: randomUUID(), message: "ok" }, 201);
    });
  }

  return routes;
}
