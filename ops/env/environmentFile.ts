import type { ParsedStackConfig } from "../../config/schema";
import { UserError } from "../../foundation/userError";

/** The stack outputs that an application's environment needs. */
export interface EnvironmentOutputs {
  apiUrl: string;
  /** The legacy anon key, or the publishable key that takes its place. */
  anonKey: string;
  /** The legacy service_role key, or the secret key that takes its place. */
  serviceRoleKey: string;
  /** Connection URL of the application, password included. */
  databaseUrl: string;
}

/** The areas of the configuration that the file is rendered from; none of them is read for a secret. */
export type EnvironmentConfig = Pick<ParsedStackConfig, "project" | "database" | "realtime" | "storage">;

/**
 * The `.env` file of an application, in the order and with the names of the configuration guide's environment blocks. Throws a
 * UserError naming the variable if a value cannot be written so that dotenv and a shell read the same text.
 */
export function renderEnvironmentFile(config: EnvironmentConfig, outputs: EnvironmentOutputs): string {
  const { project, database, realtime, storage } = config;
  const blocks: [title: string, variables: [name: string, value: string | number | boolean | undefined][]][] =
    [
      [
        `Environment variables of ${project.name} (${project.environment})`,
        [
          ["SUPABASE_URL", outputs.apiUrl],
          ["SUPABASE_ANON_KEY", outputs.anonKey],
          ["SUPABASE_SERVICE_ROLE_KEY", outputs.serviceRoleKey],
        ],
      ],
      [
        "Database settings",
        [
          ["DATABASE_URL", outputs.databaseUrl],
          ["DATABASE_POOL_SIZE", database.application.poolSize],
          // Milliseconds, as the guide has it.
          ["DATABASE_TIMEOUT", database.application.timeoutMilliseconds],
          ["DATABASE_SSL_MODE", sslMode(config)],
        ],
      ],
      [
        "Realtime settings",
        [
          ["REALTIME_ENABLED", realtime.enabled],
          ["REALTIME_DEBUG", realtime.debug],
          ["REALTIME_MAX_CONNECTIONS", realtime.maxConcurrentUsers],
        ],
      ],
      [
        "Storage settings",
        [
          ["STORAGE_BACKEND", project.environment === "local" ? "local" : "s3"],
          // Bytes.
          ["STORAGE_FILE_SIZE_LIMIT", storage.fileSizeLimitBytes],
          ["STORAGE_CDN_URL", storage.cdnUrl],
        ],
      ],
    ];
  return blocks
    .map(([title, variables]) => [`# ${title}`, ...variables.flatMap(renderVariable), ""].join("\n"))
    .join("\n");
}

/** The local server has no certificate; a hosted one always offers TLS, enforced or not. */
function sslMode({ project, database }: EnvironmentConfig): string {
  if (project.environment === "local") return "disable";
  return database.sslEnforcement ? "require" : "prefer";
}

function renderVariable([name, value]: [string, string | number | boolean | undefined]): string[] {
  return value === undefined ? [] : [`${name}=${quote(name, String(value))}`];
}

/**
 * Bare where nothing could be read differently, else in single quotes: in double quotes some readers expand `$` and some do not
 * unescape `\"`. What single quotes cannot hold is refused.
 */
function quote(name: string, text: string): string {
  if (/^[A-Za-z0-9_.,:/@%+=-]+$/.test(text)) return text;
  if (/['\r\n\0]/.test(text))
    throw new UserError(
      `${name} has a single quote or a line break, which an .env file cannot hold; change its value.`,
    );
  return `'${text}'`;
}
