import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";
import { describeError } from "../../foundation/userError";
import { ensureOfficialClients } from "../../local/officialClients/installation";
import { ApiError } from "./http";

const run = promisify(execFile);

/** A finding of Supabase's database linter, as the API and the CLI return it. */
const lints = z.array(z.looseObject({ name: z.string(), categories: z.array(z.string()).optional() }));
export type Lint = z.infer<typeof lints>[number];

const mebibyte = 1024 * 1024;

/** The programs behind the types and the advisors, which are part of the official clients. */
export interface ClientPrograms {
  /** Returns the TypeScript types of these schemas, as the platform's own generator prints them. */
  types(databaseUrl: string, schemas: readonly string[]): Promise<string>;
  /** Returns the findings of Supabase's database linter. */
  lints(databaseUrl: string, type: "security" | "performance"): Promise<Lint[]>;
}

/** Runs the programs of the official clients. The first call installs them. */
export function clientPrograms(log: (line: string) => void): ClientPrograms {
  return {
    async types(databaseUrl, schemas) {
      const { postgresMeta } = await installed(log);
      const stdout = await output("The type generator", [postgresMeta], {
        PG_META_DB_URL: databaseUrl,
        PG_META_GENERATE_TYPES: "typescript",
        PG_META_GENERATE_TYPES_INCLUDED_SCHEMAS: schemas.join(","),
        PG_META_GENERATE_TYPES_DETECT_ONE_TO_ONE_RELATIONSHIPS: "true",
      });
      return stdout;
    },

    async lints(databaseUrl, type) {
      const { supabase } = await installed(log);
      const options = ["--type", type, "--level", "info", "--fail-on", "none", "-o", "json", "--agent", "no"];
      const command = [supabase, "db", "advisors", "--db-url", `${databaseUrl}?sslmode=disable`, ...options];
      const stdout = await output("The linter", command, {
        HOME: process.env.HOME,
        SUPABASE_TELEMETRY_DISABLED: "1",
        SUPABASE_NO_UPDATE_NOTIFIER: "1",
      });
      return lints.parse(JSON.parse(stdout.trim() === "" ? "[]" : stdout));
    },
  };
}

async function installed(log: (line: string) => void) {
  try {
    return await ensureOfficialClients(log);
  } catch (error) {
    // Not 503, because a retry cannot help until npm can install them.
    throw new ApiError(501, describeError(error));
  }
}

/** Runs a Node program and returns its standard output. No error may contain its command line or environment: both hold the password. */
async function output(
  what: string,
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const env = { PATH: process.env.PATH, ...environment };
  try {
    return (await run(process.execPath, command, { env, maxBuffer: 64 * mebibyte })).stdout;
  } catch (error) {
    const { code, stderr = "" } = error as { code?: unknown; stderr?: string };
    const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !line.includes("://"));
    throw new ApiError(500, `${what} ended with ${String(code)}: ${lines.slice(0, 3).join(" ")}`);
  }
}
