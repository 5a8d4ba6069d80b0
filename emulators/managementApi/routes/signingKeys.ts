import { createPublicKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import type { JsonObject } from "../../../foundation/json";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody, validate } from "../http";
import type { Services } from "../services";
import type { ProjectRecord, SigningKeyRecord } from "../state/record";

const creation = z.strictObject({
  algorithm: z.enum(["ES256", "RS256", "EdDSA", "HS256"]),
  status: z.enum(["in_use", "standby"]).default("standby"),
  private_jwk: z.record(z.string(), z.json()).optional(),
});

const change = z.strictObject({ status: z.enum(["in_use", "previously_used", "revoked", "standby"]) });

/**
 * Routes of `config/auth/signing-keys`: the keys that Auth signs tokens with. Auth itself is not emulated, so no token is signed
 * with them.
 */
export function signingKeyRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  const find = (project: ProjectRecord, id: string): SigningKeyRecord => {
    const known = keysOf(project).find((candidate) => candidate.id === validate(z.uuid(), id));
    if (known === undefined) throw new ApiError(404, "Signing key not found");
    return known;
  };

  routes.get("/", (context) => context.json({ keys: keysOf(context.get("project")) }));

  routes.post("/", async (context) => {
    const project = context.get("project");
    const { algorithm, status, private_jwk: given } = await readBody(context, creation);
    if (status === "standby" && keysOf(project).some((key) => key.status === "standby")) {
      throw new ApiError(422, "The project already has a signing key in standby");
    }
    const now = new Date().toISOString();
    const added: SigningKeyRecord = {
      id: randomUUID(),
      algorithm,
      status,
      public_jwk: publicPart(algorithm, given),
      created_at: now,
      updated_at: now,
    };
    if (status === "in_use") retire(project);
    project.signingKeys = [...keysOf(project), added];
    store.save(project);
    return context.json(added, 201);
  });

  routes.get("/:id", (context) => context.json(find(context.get("project"), pathParameter(context, "id"))));

  routes.patch("/:id", async (context) => {
    const project = context.get("project");
    const known = find(project, pathParameter(context, "id"));
    const { status } = await readBody(context, change);
    if (known.status === "in_use" && status !== "in_use") {
      throw new ApiError(422, "The key in use cannot be changed: move another key to in_use first");
    }
    if (status === "in_use") retire(project);
    known.status = status;
    known.updated_at = new Date().toISOString();
    store.save(project);
    return context.json(known);
  });

  routes.delete("/:id", (context) => {
    const project = context.get("project");
    const known = find(project, pathParameter(context, "id"));
    if (known.status === "in_use") throw new ApiError(422, "The key in use cannot be deleted");
    project.signingKeys = keysOf(project).filter((other) => other !== known);
    store.save(project);
    return context.json(known);
  });

  return routes;
}

function keysOf({ signingKeys }: ProjectRecord): SigningKeyRecord[] {
  return signingKeys ?? [];
}

/** Retires the current key, because only one is in use. Tokens that it signed stay valid until it is revoked. */
function retire(project: ProjectRecord): void {
  for (const key of keysOf(project)) if (key.status === "in_use") key.status = "previously_used";
}

/** Returns the public half of a key that is imported or generated; null for a shared secret. */
function publicPart(algorithm: SigningKeyRecord["algorithm"], given?: JsonObject): JsonObject | null {
  if (algorithm === "HS256") return null;
  try {
    const key = given === undefined ? generated(algorithm) : createPublicKey({ key: given, format: "jwk" });
    return { ...key.export({ format: "jwk" }), alg: algorithm } as JsonObject;
  } catch {
    throw new ApiError(400, "private_jwk is not a private key");
  }
}

function generated(algorithm: Exclude<SigningKeyRecord["algorithm"], "HS256">) {
  if (algorithm === "ES256") return generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
  if (algorithm === "EdDSA") return generateKeyPairSync("ed25519").publicKey;
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
}
