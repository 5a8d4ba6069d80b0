import { Hono } from "hono";
import { ApiError, type EmulatorEnvironment } from "../http";

/** Routes for data of the token's user, which belong to no project. */
export function accountRoutes() {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/profile", (context) =>
    context.json({ gotrue_id: "local", primary_email: "local@localhost", username: "local" }),
  );

  // Only the dashboard's SQL editor writes snippets.
  routes.get("/snippets", (context) => context.json({ data: [] }));

  routes.get("/snippets/:id", () => {
    throw new ApiError(404, "Snippet not found");
  });

  return routes;
}
