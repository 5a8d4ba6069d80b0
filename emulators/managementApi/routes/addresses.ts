import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, readBody } from "../http";
import type { Services } from "../services";
import type { AddressRecord, ProjectRecord } from "../state/record";

const subdomain = z.strictObject({
  vanity_subdomain: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "must be lower-case letters, digits and hyphens"),
});
const hostname = z.strictObject({ custom_hostname: z.string().min(1).max(253) });

/**
 * Routes of `vanity-subdomain` and `custom-hostname`. Stores and returns them, but no gateway serves them. A custom hostname
 * stays unverified, because its DNS records cannot be looked up.
 */
export function addressRoutes({ store }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  const change = (project: ProjectRecord, addresses: AddressRecord) => {
    project.addresses = addresses;
    store.save(project);
  };
  const isTaken = (name: string, project: ProjectRecord) =>
    store.list().some((other) => other !== project && other.addresses?.vanitySubdomain === name);

  routes.get("/vanity-subdomain", (context) => {
    const name = context.get("project").addresses?.vanitySubdomain;
    return context.json(
      name === undefined
        ? { status: "not-used" }
        : { status: "active", custom_domain: `${name}.supabase.co` },
    );
  });

  routes.post("/vanity-subdomain/check-availability", async (context) => {
    const { vanity_subdomain: name } = await readBody(context, subdomain);
    return context.json({ available: !isTaken(name, context.get("project")) }, 201);
  });

  routes.post("/vanity-subdomain/activate", async (context) => {
    const project = context.get("project");
    const { vanity_subdomain: name } = await readBody(context, subdomain);
    if (isTaken(name, project)) throw new ApiError(400, "Vanity subdomain is already taken");
    change(project, { ...project.addresses, vanitySubdomain: name });
    return context.json({ custom_domain: `${name}.supabase.co` }, 201);
  });

  routes.delete("/vanity-subdomain", (context) => {
    const project = context.get("project");
    const { vanitySubdomain: _removed, ...rest } = project.addresses ?? {};
    change(project, rest);
    return context.body(null, 200);
  });

  const configured = (project: ProjectRecord) => {
    const known = project.addresses?.customHostname;
    if (known === undefined) throw new ApiError(404, "Custom hostname configuration not found");
    return known;
  };

  routes.get("/custom-hostname", (context) =>
    context.json(shownHostname(context.get("project"), configured(context.get("project")))),
  );

  routes.post("/custom-hostname/initialize", async (context) => {
    const project = context.get("project");
    const { custom_hostname: name } = await readBody(context, hostname);
    const customHostname = { hostname: name, id: randomUUID() };
    change(project, { ...project.addresses, customHostname });
    return context.json(shownHostname(project, customHostname), 201);
  });

  routes.post("/custom-hostname/reverify", (context) => {
    const project = context.get("project");
    return context.json(shownHostname(project, configured(project)), 201);
  });

  routes.post("/custom-hostname/activate", (context) => {
    configured(context.get("project"));
    throw new ApiError(400, "The custom hostname's ownership has not been verified yet");
  });

  routes.delete("/custom-hostname", (context) => {
    const project = context.get("project");
    const { customHostname: _removed, ...rest } = project.addresses ?? {};
    change(project, rest);
    return context.body(null, 200);
  });

  return routes;
}

function shownHostname(project: ProjectRecord, known: NonNullable<AddressRecord["customHostname"]>) {
  return {
    status: "2_initiated",
    custom_hostname: known.hostname,
    data: {
      success: true,
      errors: [],
      messages: [],
      result: {
        id: known.id,
        hostname: known.hostname,
        ssl: {
          status: "pending_validation",
          validation_records: [{ txt_name: `_acme-challenge.${known.hostname}`, txt_value: known.id }],
          validation_errors: [],
        },
        ownership_verification: {
          type: "txt",
          name: `_cf-custom-hostname.${known.hostname}`,
          value: known.id,
        },
        custom_origin_server: `${project.ref}.supabase.co`,
        verification_errors: [],
        status: "pending",
      },
    },
  };
}
