// Edge function: what a business automation (a form, a phone agent, a partner's system) may do in a tenant, on behalf of the
// signed-in user. The component EdgeFunctions bundles this file with its modules before it is deployed.
import { restDataApi } from "./dataApi.ts";
import { createHandler } from "./handler.ts";

declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  serve(handler: (request: Request) => Promise<Response>): unknown;
};

function environment(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined || value === "") throw new Error(`The environment variable ${name} is not set.`);
  return value;
}

const url = environment("SUPABASE_URL");
// The anon key only identifies the project. Each request uses the caller's token, to which row-level security applies.
const apiKey = environment("SUPABASE_ANON_KEY");

Deno.serve(
  createHandler({
    dataApi: (accessToken) => restDataApi({ url, apiKey, accessToken }),
    allowedOrigins: (Deno.env.get("ALLOWED_ORIGINS") ?? "").split(",").filter((origin) => origin !== ""),
    log: (message, details) => console.error(JSON.stringify({ message, ...details })),
  }),
);
