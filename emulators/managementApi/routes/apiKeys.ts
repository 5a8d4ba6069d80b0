import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody, validate } from "../http";
import type { Services } from "../services";
import { type ApiKeyRecord, newApiKey, type ProjectRecord } from "../state/record";

const keyName = z
  .string()
  .min(4)
  .max(64)
  .regex(
    /^[a-z_][a-z0-9_]*$/,
    "must be lower-case letters, digits and underscores, and not begin with a digit",
  );
const template = z.strictObject({ role: z.string().min(1) }).nullable();

const creation = z.strictObject({
  type: z.enum(["publishable", "secret"]),
  name: keyName,
  description: z.string().nullable().optional(),
  secret_jwt_template: template.optional(),
});

const change = z
  .strictObject({ name: keyName, description: z.string().nullable(), secret_jwt_template: template })
  .partial();

/** Returns a key as the list shows it. Without `reveal`, a secret key is truncated. */
function shownKey(key: ApiKeyRecord, reveal: boolean) {
  const prefix = key.api_key.slice(0, key.type === "secret" ? 15 : 20);
  return {
    ...key,
    api_key: reveal || key.type !== "secret" ? key.api_key : `${prefix}···············`,
    prefix,
    hash: null,
  };
}

export function apiKeyRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  const find = (project: ProjectRecord, id: string): ApiKeyRecord => {
    const key = project.apiKeys.find((candidate) => candidate.id === validate(z.uuid(), id));
    if (key === undefined) throw new ApiError(404, "API key not found");
    return key;
  };
  const revealed = (query: string | undefined) => query === "true";

  routes.get("/", (context) => {
    const { apiKeys, legacyApiKeysEnabled } = context.get("project");
    return context.json(
      apiKeys
        .filter((key) => key.type !== "legacy" || legacyApiKeysEnabled)
        .map((key) => shownKey(key, revealed(context.req.query("reveal")))),
    );
  });

  routes.post("/", async (context) => {
    const project = context.get("project");
    const body = await readBody(context, creation);
    if (project.apiKeys.some((key) => key.type === body.type && key.name === body.name)) {
      throw new ApiError(409, `A ${body.type} API key of this name already exists`);
    }
    const key = newApiKey({
      type: body.type,
      name: body.name,
      description: body.description ?? null,
      secret_jwt_template: body.secret_jwt_template ?? null,
    });
    project.apiKeys.push(key);
    store.save(project);
    return context.json(shownKey(key, revealed(context.req.query("reveal"))), 201);
  });

  // Must come before the routes with an id, which would match "legacy".
  routes.get("/legacy", (context) => context.json({ enabled: context.get("project").legacyApiKeysEnabled }));

  routes.put("/legacy", (context) => {
    const project = context.get("project");
    const enabled = validate(z.enum(["true", "false"]), context.req.query("enabled"));
    project.legacyApiKeysEnabled = enabled === "true";
    store.save(project);
    return context.json({ enabled: project.legacyApiKeysEnabled });
  });

  routes.get("/:id", (context) => {
    const key = find(context.get("project"), pathParameter(context, "id"));
    return context.json(shownKey(key, revealed(context.req.query("reveal"))));
  });

  routes.patch("/:id", async (context) => {
    const project = context.get("project");
    const key = find(project, pathParameter(context, "id"));
    const body = await readBody(context, change);
    if (body.name !== undefined) key.name = body.name;
    if (body.description !== undefined) key.description = body.description;
    if (body.secret_jwt_template !== undefined) key.secret_jwt_template = body.secret_jwt_template;
    key.updated_at = new Date().toISOString();
    store.save(project);
    return context.json(shownKey(key, revealed(context.req.query("reveal"))));
  });

  routes.delete("/:id", (context) => {
    const project = context.get("project");
    const key = find(project, pathParameter(context, "id"));
    project.apiKeys = project.apiKeys.filter((other) => other !== key);
    store.save(project);
    return context.json(shownKey(key, revealed(context.req.query("reveal"))));
  });

  return routes;
}
