import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody } from "../http";
import type { Services } from "../services";
import { shownProject } from "./projects";

const entitledFeatures = [
  "auth.hooks",
  "auth.saml_2",
  "branching_persistent",
  "custom_domain",
  "pitr.available_variants",
  "vanity_subdomain",
];

/**
 * Routes for the organizations of the token's user: those that the emulator was started with, those created through the API,
 * and those that a project names.
 */
export function organizationRoutes({ store, organizations }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  const known = (): Map<string, string> => {
    const slugs = [...(organizations ?? []), ...store.list().map((project) => project.organizationSlug)];
    return new Map([...slugs.map((slug): [string, string] => [slug, slug]), ...store.organizations()]);
  };
  const find = (slug: string): { id: string; slug: string; name: string } => {
    const name = known().get(slug);
    if (name === undefined) throw new ApiError(404, "Organization not found");
    return { id: slug, slug, name };
  };

  routes.get("/", (context) => context.json([...known()].map(([slug, name]) => ({ id: slug, slug, name }))));

  routes.post("/", async (context) => {
    const { name } = await readBody(context, z.strictObject({ name: z.string().min(1).max(256) }));
    const organization = store.addOrganization(name);
    return context.json({ id: organization, slug: organization, name }, 201);
  });

  routes.get("/:slug", (context) =>
    context.json({
      ...find(pathParameter(context, "slug")),
      plan: "pro",
      opt_in_tags: [],
      allowed_release_channels: ["ga"],
    }),
  );

  routes.get("/:slug/members", (context) => {
    find(pathParameter(context, "slug"));
    return context.json([
      {
        user_id: "00000000-0000-4000-8000-000000000001",
        user_name: "local",
        email: "local@example.com",
        role_name: "Owner",
        mfa_enabled: true,
      },
    ]);
  });

  // The CLI checks these entitlements before it suggests an upgrade. Locally the organization has them all.
  routes.get("/:slug/entitlements", (context) => {
    find(pathParameter(context, "slug"));
    return context.json({
      entitlements: entitledFeatures.map((key) => ({
        feature: { key, type: "boolean" },
        hasAccess: true,
        type: "boolean",
        config: { enabled: true },
      })),
    });
  });

  routes.get("/:slug/projects", (context) => {
    const { slug } = find(pathParameter(context, "slug"));
    const projects = store.list().filter((project) => !project.branch && project.organizationSlug === slug);
    return context.json({
      projects: projects.map((project) => ({
        ...shownProject(project),
        cloud_provider: "AWS",
        databases: [],
      })),
      pagination: { count: projects.length, limit: 100, offset: 0 },
    });
  });

  return routes;
}
