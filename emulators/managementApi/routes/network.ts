import { isIP } from "node:net";
import { Hono } from "hono";
import ipaddr from "ipaddr.js";
import * as z from "zod";
import { type EmulatorEnvironment, readBody } from "../http";
import type { Services } from "../services";
import type { ProjectRecord } from "../state/record";

/** Returns the schema of a public address range, such as `203.0.113.0/24`. */
function cidr(family: 4 | 6) {
  return z
    .string()
    .refine(
      (text) => {
        const [address = "", bits = ""] = text.split("/");
        return isIP(address) === family && /^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
      },
      { message: `must be an IPv${family} range in CIDR notation`, abort: true },
    )
    .refine((text) => !isPrivate(text), "private ranges cannot be allowed");
}

function isPrivate(range: string): boolean {
  const [address = "", bits] = range.split("/");
  return bits !== "0" && ["private", "uniqueLocal"].includes(ipaddr.parse(address).range());
}

const addresses = z
  .strictObject({ dbAllowedCidrs: z.array(cidr(4)), dbAllowedCidrsV6: z.array(cidr(6)) })
  .partial();

function shownRestrictions({ network }: ProjectRecord) {
  return {
    entitlement: "allowed",
    config: network.config,
    // Until restrictions are applied, all addresses may connect.
    status: network.appliedAt === undefined ? "stored" : "applied",
    ...(network.updatedAt !== undefined && { updated_at: network.updatedAt }),
    ...(network.appliedAt !== undefined && { applied_at: network.appliedAt }),
  };
}

function shownSslEnforcement({ sslEnforced, sslRequested }: ProjectRecord) {
  return { currentConfig: { database: sslEnforced }, appliedSuccessfully: sslRequested === undefined };
}

/**
 * Routes for network restrictions, SSL enforcement, and addresses banned after failed logins. Stores and returns all three
 * but enforces none, because the local database listens on loopback only.
 */
export function networkRoutes({ store, lifecycle }: Services) {
  const routes = new Hono<EmulatorEnvironment>();

  routes.get("/network-restrictions", (context) => context.json(shownRestrictions(context.get("project"))));

  routes.post("/network-restrictions/apply", async (context) => {
    const project = context.get("project");
    const body = await readBody(context, addresses);
    const now = new Date().toISOString();
    // Replaces the whole list and keeps the order.
    project.network = {
      config: { dbAllowedCidrs: body.dbAllowedCidrs ?? [], dbAllowedCidrsV6: body.dbAllowedCidrsV6 ?? [] },
      updatedAt: now,
      appliedAt: now,
    };
    store.save(project);
    return context.json(shownRestrictions(project), 201);
  });

  routes.get("/ssl-enforcement", (context) => context.json(shownSslEnforcement(context.get("project"))));

  /** A change restarts the database and then takes effect. The current value changes nothing. */
  routes.put("/ssl-enforcement", async (context) => {
    const project = context.get("project");
    const body = await readBody(
      context,
      z.strictObject({ requestedConfig: z.strictObject({ database: z.boolean() }) }),
    );
    const wanted = body.requestedConfig.database;
    if (wanted === project.sslEnforced) delete project.sslRequested;
    else project.sslRequested = wanted;
    store.save(project);
    if (project.sslRequested !== undefined && project.status === "ACTIVE_HEALTHY") {
      lifecycle.restart(project, "RESTARTING");
    }
    return context.json(shownSslEnforcement(project));
  });

  routes.post("/network-bans/retrieve", (context) =>
    context.json({ banned_ipv4_addresses: context.get("project").bannedIpv4Addresses }, 201),
  );

  routes.delete("/network-bans", async (context) => {
    const project = context.get("project");
    const body = await readBody(context, z.object({ ipv4_addresses: z.array(z.ipv4()) }));
    project.bannedIpv4Addresses = project.bannedIpv4Addresses.filter(
      (address) => !body.ipv4_addresses.includes(address),
    );
    store.save(project);
    return context.body(null, 200);
  });

  return routes;
}
