export interface ServerSettings {
  readonly port: number;
  /** Absolute path of the hosted_rights library; left out, the server is plain PostgreSQL. */
  readonly hostedRights?: string;
  /** False trades safety against power loss for speed: for throw-away clusters only. */
  readonly durable: boolean;
}

/** A file beside postgresql.conf whose settings win over ours; absent unless somebody asked for something. */
export const overridesFile = "overrides.conf";

/** The whole postgresql.conf of a local server, rewritten at every start. */
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
    // Jobs of pg_cron run in background workers: no password, no second connection.
    ["max_worker_processes", 24],
    // Not session_preload_libraries: those are not for background workers, where pg_cron runs what `postgres` schedules.
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

/** Who may connect: everybody with a password, from this machine. */
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

/** A library's path inside the list that shared_preload_libraries is: blanks and commas belong to the name. */
function quoteName(file: string): string {
  return `"${file.replaceAll('"', '""')}"`;
}
