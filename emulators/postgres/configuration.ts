export interface ServerSettings {
  readonly port: number;
  /** Absolute path of the hosted_rights library. Default: none, which gives a plain PostgreSQL. */
  readonly hostedRights?: string;
  /** False is faster but not safe against power loss: for disposable clusters only. */
  readonly durable: boolean;
}

/** An optional file beside postgresql.conf whose settings take precedence over ours. */
export const overridesFile = "overrides.conf";

/** Returns the complete postgresql.conf of a local server, which every start rewrites. */
export function postgresqlConf(settings: ServerSettings): string {
  const hostedRights = settings.hostedRights === undefined ? [] : [quoteName(settings.hostedRights)];
  const lines: [string, string | number | boolean][] = [
    ["listen_addresses", "127.0.0.1"],
    ["port", settings.port],
    ["unix_socket_directories", ""],
    ["max_connections", 100],
    ["shared_buffers", "32MB"],
    ["max_wal_size", "512MB"],
    ["wal_level", "logical"],
    ["max_wal_senders", 10],
    ["max_replication_slots", 10],
    // Runs the jobs of pg_cron in background workers, which need no password and no connection.
    ["max_worker_processes", 24],
    // Not session_preload_libraries, which background workers do not load: pg_cron runs the jobs of `postgres` there.
    ["shared_preload_libraries", ["pg_stat_statements", "pg_cron", ...hostedRights].join(", ")],
    ["cron.database_name", "postgres"],
    ["cron.use_background_workers", true],
    ["cron.max_running_jobs", 8],
    ["password_encryption", "scram-sha-256"],
    ["timezone", "UTC"],
    ["log_timezone", "UTC"],
    ["log_line_prefix", "%m [%p] %q%u@%d "],
    ["fsync", settings.durable],
    ["synchronous_commit", settings.durable],
    ["full_page_writes", settings.durable],
    ["include_if_exists", overridesFile],
  ];
  return lines.map(([name, value]) => `${name} = ${quoteValue(value)}\n`).join("");
}

/** Lets every role connect from this machine, with a password. */
export const pgHbaConf = [
  "host all         all 127.0.0.1/32 scram-sha-256",
  "host replication all 127.0.0.1/32 scram-sha-256",
  "",
].join("\n");

function quoteValue(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return typeof value === "number"
    ? String(value)
    : `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Quotes a library's path for the list in shared_preload_libraries, because it may contain spaces and commas. */
function quoteName(file: string): string {
  return `"${file.replaceAll('"', '""')}"`;
}
