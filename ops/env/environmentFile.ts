import type { ParsedStackConfig } from "../../config/schema";
import { UserError } from "../../foundation/userError";

/** The stack outputs that an application's environment needs. */
export interface EnvironmentOutputs {
  apiUrl: string;
  /** The legacy anon key, or the publishable key that replaces it. */
  anonKey: string;
  /** The legacy service_role key, or the secret key that replaces it. */
  serviceRoleKey: string;
  /** Connection URL of the application, including the password. */
  databaseUrl: string;
}

/** The configuration areas from which the file is rendered. No secret is read from them. */
export type EnvironmentConfig = Pick<ParsedStackConfig, "project" | "database" | "realtime" | "storage">;

/**
 * Returns the `.env` file of an application, with the order and names of the configuration guide's environment blocks.
 * Throws a UserError with the variable's name if a value cannot be written so that dotenv and a shell read the same
 * string.
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
          // Milliseconds, as in the guide.
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

/**
 * Returns the TLS mode. The local server has no certificate; a hosted one always offers TLS, whether it is enforced or
 * not.
 */
function sslMode({ project, database }: EnvironmentConfig): string {
  if (project.environment === "local") return "disable";
  return database.sslEnforcement ? "require" : "prefer";
}

function renderVariable([name, value]: [string, string | number | boolean | undefined]): string[] {
  return value === undefined ? [] : [`${name}=${quote(name, String(value))}`];
}

/**
 * Quotes a value if readers could interpret it differently. Single quotes are used because in double quotes some
 * readers expand `$` and some do not unescape `\"`. Values that single quotes cannot contain are refused.
 */
function quote(name: string, text: string): string {
  if (/^[A-Za-z0-9_.,:/@%+=-]+$/.test(text)) return text;
  if (/['\r\n\0]/.test(text))
    throw new UserError(
      `${name} contains a single quote or a line break, which an .env file cannot represent: change its value.`,
    );
  return `'${text}'`;
}
