import { createHash } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import { type EmulatorEnvironment, readBody } from "../http";
import type { Services } from "../services";

const creation = z.array(
  z.strictObject({
    name: z
      .string()
      .min(1)
      .max(256)
      .regex(/^(?!SUPABASE_)/, "must not begin with SUPABASE_"),
    value: z.string().max(24_576),
  }),
);

/** Routes for the secrets of edge functions. Stores and returns the SHA-256 of a value, never the value. */
export function secretRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/", (context) =>
    context.json(
      Object.entries(context.get("project").secrets)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { digest, updatedAt }]) => ({ name, value: digest, updated_at: updatedAt })),
    ),
  );

  routes.post("/", async (context) => {
    const project = context.get("project");
    const updatedAt = new Date().toISOString();
    for (const { name, value } of await readBody(context, creation)) {
      project.secrets[name] = { digest: createHash("sha256").update(value).digest("hex"), updatedAt };
    }
    store.save(project);
    return context.body(null, 201);
  });

  routes.delete("/", async (context) => {
    const project = context.get("project");
    for (const name of await readBody(context, z.array(z.string()))) delete project.secrets[name];
    store.save(project);
    return context.body(null, 200);
  });

  return routes;
}
