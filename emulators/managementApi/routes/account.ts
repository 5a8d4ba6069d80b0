import { Hono } from "hono";
import { ApiError, type EmulatorEnvironment } from "../http";

/** What belongs to the user of the token rather than to a project. */
export function accountRoutes() {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/profile", (context) =>
    context.json({ gotrue_id: "local", primary_email: "local@localhost", username: "local" }),
  );

  // The SQL editor of the dashboard writes snippets, and there is no dashboard here.
  routes.get("/snippets", (context) => context.json({ data: [] }));

  routes.get("/snippets/:id", () => {
    throw new ApiError(404, "Snippet not found");
  });

  return routes;
}
