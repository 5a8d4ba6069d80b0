import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import type { JsonObject } from "../../../foundation/json";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody } from "../http";
import type { Services } from "../services";
import type { ProjectRecord, SsoProviderRecord } from "../state/record";

const attributeMapping = z.strictObject({
  keys: z.record(
    z.string(),
    z
      .strictObject({
        name: z.string(),
        names: z.array(z.string()),
        default: z.unknown(),
        array: z.boolean(),
      })
      .partial(),
  ),
});
const formats = ["1.1:nameid-format:unspecified", "2.0:nameid-format:transient"].concat(
  "1.1:nameid-format:emailAddress",
  "2.0:nameid-format:persistent",
);

const settings = z
  .strictObject({
    metadata_xml: z.string(),
    metadata_url: z.url(),
    domains: z.array(z.string()),
    attribute_mapping: attributeMapping,
    name_id_format: z.enum(formats.map((format) => `urn:oasis:names:tc:SAML:${format}`)),
  })
  .partial();
const creation = settings.extend({ type: z.literal("saml") });

/** Routes of `config/auth/sso/providers`: SAML identity providers. Returns 404 while SAML is disabled. */
export function ssoRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.use("*", async (context, next) => {
    if (context.get("project").authConfig.saml_enabled !== true) {
      throw new ApiError(404, "SAML 2.0 support is not enabled for this project");
    }
    await next();
  });

  const find = (project: ProjectRecord, id: string): SsoProviderRecord => {
    const known = project.ssoProviders?.find((provider) => provider.id === id);
    if (known === undefined) throw new ApiError(404, "No such identity provider");
    return known;
  };

  routes.get("/", (context) => context.json({ items: context.get("project").ssoProviders ?? [] }));

  routes.post("/", async (context) => {
    const project = context.get("project");
    const { type: _saml, ...body } = await readBody(context, creation);
    if ((body.metadata_xml === undefined) === (body.metadata_url === undefined)) {
      throw new ApiError(400, "Exactly one of metadata_xml and metadata_url must be given");
    }
    const provider = changed(undefined, body);
    project.ssoProviders = [...(project.ssoProviders ?? []), provider];
    store.save(project);
    return context.json(provider, 201);
  });

  routes.get("/:id", (context) => context.json(find(context.get("project"), pathParameter(context, "id"))));

  routes.put("/:id", async (context) => {
    const project = context.get("project");
    const known = find(project, pathParameter(context, "id"));
    const provider = changed(known, await readBody(context, settings));
    project.ssoProviders = (project.ssoProviders ?? []).map((other) => (other === known ? provider : other));
    store.save(project);
    return context.json(provider);
  });

  routes.delete("/:id", (context) => {
    const project = context.get("project");
    const known = find(project, pathParameter(context, "id"));
    project.ssoProviders = project.ssoProviders?.filter((other) => other !== known) ?? [];
    store.save(project);
    return context.json(known);
  });

  return routes;
}

/** Returns the provider with these settings merged in. Does not fetch remote metadata; the URL serves as the entity id. */
function changed(
  before: SsoProviderRecord | undefined,
  { domains, attribute_mapping: mapping, ...metadata }: z.infer<typeof settings>,
): SsoProviderRecord {
  const now = new Date().toISOString();
  const entity = /entityID="([^"]+)"/.exec(metadata.metadata_xml ?? "")?.[1] ?? metadata.metadata_url;
  return {
    id: before?.id ?? randomUUID(),
    saml: {
      ...before?.saml,
      entity_id: entity ?? before?.saml.entity_id ?? "",
      ...metadata,
      ...(mapping !== undefined && { attribute_mapping: mapping as unknown as JsonObject }),
    },
    domains:
      domains?.map((domain) => ({ domain, created_at: now, updated_at: now })) ?? before?.domains ?? [],
    created_at: before?.created_at ?? now,
    updated_at: now,
  };
}
