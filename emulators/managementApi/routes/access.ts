import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import * as z from "zod";
import { type EmulatorEnvironment, readBody } from "../http";
import { queryDatabase } from "../queryDatabase";
import type { Services } from "../services";

const loginSeconds = 300;

/** Routes for the temporary role of a CLI without a password, and for the root key of pgsodium. */
export function accessRoutes(services: Services) {
  const { store } = services;
  const routes = new Hono<EmulatorEnvironment>();
  const query = queryDatabase(services);

  routes.post("/cli/login-role", async (context) => {
    const { read_only: readOnly } = await readBody(context, z.strictObject({ read_only: z.boolean() }));
    const member = readOnly ? "supabase_read_only_user" : "postgres";
    const role = `cli_login_${member}`;
    const password = randomBytes(24).toString("base64url");
    const until = new Date(Date.now() + loginSeconds * 1000).toISOString();
    const sql = `
      do $$ begin
        if to_regrole('${role}') is null then create role ${role} noinherit in role ${member}; end if;
      end $$;
      alter role ${role} login password '${password}' valid until '${until}';`;
    await query(context.get("project"), "supabase_admin", sql);
    return context.json({ role, password, ttl_seconds: loginSeconds }, 201);
  });

  routes.delete("/cli/login-role", async (context) => {
    const sql = "drop role if exists cli_login_postgres, cli_login_supabase_read_only_user";
    await query(context.get("project"), "supabase_admin", sql);
    return context.json({ message: "ok" });
  });

  routes.get("/pgsodium", (context) => {
    const project = context.get("project");
    if (project.pgsodiumRootKey === undefined) {
      project.pgsodiumRootKey = randomBytes(32).toString("hex");
      store.save(project);
    }
    return context.json({ root_key: project.pgsodiumRootKey });
  });

  routes.put("/pgsodium", async (context) => {
    const project = context.get("project");
    const key = z.string().regex(/^[0-9a-f]{64}$/i, "must be 64 hexadecimal digits");
    const body = await readBody(context, z.strictObject({ root_key: key }));
    project.pgsodiumRootKey = body.root_key;
    store.save(project);
    return context.json({ root_key: body.root_key });
  });

  return routes;
}
