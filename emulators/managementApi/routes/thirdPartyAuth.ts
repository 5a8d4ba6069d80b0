import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody, validate } from "../http";
import type { Services } from "../services";
import type { ProjectRecord, ThirdPartyAuthRecord } from "../state/record";

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const creation = z
  .strictObject({
    oidc_issuer_url: z.url(),
    jwks_url: z.url(),
    custom_jwks: z.strictObject({
      keys: z
        .array(z.record(z.string(), z.unknown()))
        .min(1)
        .refine(
          (keys) => !keys.some((key) => privateMembers.some((member) => member in key)),
          "must contain public keys only",
        ),
    }),
  })
  .partial()
  .refine((body) => Object.values(body).filter((value) => value !== undefined).length === 1, {
    message: "Exactly one of oidc_issuer_url, jwks_url and custom_jwks must be given",
  });

/** Routes of `config/auth/third-party-auth`: issuers whose tokens the project accepts. Does not fetch remote keys. */
export function thirdPartyAuthRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  const find = (project: ProjectRecord, id: string): ThirdPartyAuthRecord => {
    const known = project.thirdPartyAuth.find((candidate) => candidate.id === validate(z.uuid(), id));
    if (known === undefined) throw new ApiError(404, "Third-party auth integration not found");
    return known;
  };

  routes.get("/", (context) => context.json(context.get("project").thirdPartyAuth));

  routes.post("/", async (context) => {
    const project = context.get("project");
    const body = await readBody(context, creation);
    const now = new Date().toISOString();
    const added: ThirdPartyAuthRecord = {
      id: randomUUID(),
      type: body.custom_jwks ? "custom" : body.jwks_url ? "jwks" : "oidc",
      oidc_issuer_url: body.oidc_issuer_url ?? null,
      jwks_url: body.jwks_url ?? null,
      custom_jwks: body.custom_jwks ?? null,
      resolved_jwks: body.custom_jwks ?? null,
      inserted_at: now,
      updated_at: now,
      resolved_at: body.custom_jwks ? now : null,
    };
    project.thirdPartyAuth.push(added);
    store.save(project);
    return context.json(added, 201);
  });

  routes.get("/:id", (context) => context.json(find(context.get("project"), pathParameter(context, "id"))));

  routes.delete("/:id", (context) => {
    const project = context.get("project");
    const known = find(project, pathParameter(context, "id"));
    project.thirdPartyAuth = project.thirdPartyAuth.filter((other) => other !== known);
    store.save(project);
    return context.json(known);
  });

  return routes;
}
