import { Hono } from "hono";
import { ApiError, type EmulatorEnvironment } from "../http";

/**
 * Routes that list with whom a project is shared: claim tokens, AWS PrivateLink, GitHub connections. A local project is not shared.
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
