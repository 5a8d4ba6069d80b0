import { Hono } from "hono";
import { ApiError, type EmulatorEnvironment } from "../http";

/**
 * Routes that say with whom a project is shared: by a claim token, by AWS PrivateLink, with a GitHub repository. A local project is
 * shared with nobody.
 */
export function sharingRoutes() {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/v1/projects/:ref/claim-token", () => {
    throw new ApiError(404, "Claim token not found");
  });
  routes.get("/v2/projects/:ref/private-link/associations", (context) => context.json({ data: [] }));
  routes.get("/v2/organizations/:slug/integrations/github/connections", (context) =>
    context.json({ data: [], links: { next: null, prev: null } }),
  );

  return routes;
}
