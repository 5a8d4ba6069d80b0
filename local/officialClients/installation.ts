import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";
import { ensureNpmPackages, type Progress } from "../npmPackages";

export type { Progress };

/** The official clients, ready to run. Except for Deno, each is a JavaScript file to run with Node. */
export interface OfficialClients {
  /** The folder whose `node_modules` holds them. */
  readonly folder: string;
  /** The Supabase CLI. */
  readonly supabase: string;
  /** The MCP server of Supabase, which speaks JSON-RPC over stdio. */
  readonly mcpServer: string;
  /** The service behind `supabase gen types`. */
  readonly postgresMeta: string;
  /** The Deno executable. */
  readonly deno: string;
}

/** Deno publishes one package per platform. */
const denoPackages: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64-glibc",
  "linux-arm64": "linux-arm64-glibc",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
};

/**
 * Returns the official clients. The first call installs them from npm (about 470 MB, half a minute) into the user's cache.
 * @throws UserError when npm cannot install them.
 */
export async function ensureOfficialClients(
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<OfficialClients> {
  const folder = await ensureNpmPackages(
    {
      cache: "official-clients",
      source: path.join(checkoutRoot(), "local", "officialClients"),
      what: "the official Supabase clients",
      announcement:
        "Installing the official Supabase clients and Deno from npm (470 MB, about half a minute, once per user).",
    },
    progress,
    environment,
  );
  const platform = `${process.platform}-${process.arch}`;
  const inside = (...names: string[]) => path.join(folder, "node_modules", ...names);
  return {
    folder,
    supabase: inside("supabase", "dist", "supabase.js"),
    mcpServer: inside("@supabase", "mcp-server-supabase", "dist", "cli.js"),
    postgresMeta: inside("@supabase", "postgres-meta", "dist", "server", "server.js"),
    deno: inside("@deno", denoPackages[platform] ?? platform, "deno"),
  };
}
