import * as z from "zod";

const size = z.string().regex(/^\d+\s*(B|kB|MB|GB|TB)?$/, "must be a number with B, kB, MB, GB or TB");
const sizeOrUnlimited = z.union([z.literal("-1"), size]);
/** The API's own pattern. PostgreSQL itself would accept a space before the unit. */
const duration = z
  .string()
  .regex(
    /^-?\d+(\.\d+)?(us|ms|s|min|h|d)?$/,
    "must be a number with us, ms, s, min, h or d, without a blank",
  );
const between = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum);

/** The body of `PUT config/database/postgres`. */
export const postgresConfigPut = z
  .strictObject({
    checkpoint_timeout: duration,
    "cron.log_statement": z.boolean(),
    effective_cache_size: size,
    hot_standby_feedback: z.boolean(),
    log_autovacuum_min_duration: duration,
    log_checkpoints: z.boolean(),
    log_connections: z.boolean(),
    log_disconnections: z.boolean(),
    log_duration: z.boolean(),
    log_lock_waits: z.boolean(),
    log_recovery_conflict_waits: z.boolean(),
    log_replication_commands: z.boolean(),
    log_startup_progress_interval: duration,
    log_temp_files: sizeOrUnlimited,
    logical_decoding_work_mem: size,
    maintenance_work_mem: size,
    max_connections: between(1, 262_143),
    max_locks_per_transaction: between(10, 2_147_483_640),
    max_logical_replication_workers: between(0, 262_143),
    max_parallel_maintenance_workers: between(0, 1024),
    max_parallel_workers: between(0, 1024),
    max_parallel_workers_per_gather: between(0, 1024),
    max_replication_slots: z.number().int(),
    max_slot_wal_keep_size: sizeOrUnlimited,
    max_standby_archive_delay: duration,
    max_standby_streaming_delay: duration,
    max_sync_workers_per_subscription: between(0, 262_143),
    max_wal_senders: z.number().int(),
    max_wal_size: size,
    max_worker_processes: between(0, 262_143),
    /** Write-only: restarts the database. GET does not return it. */
    restart_database: z.boolean(),
    session_replication_role: z.enum(["origin", "replica", "local"]),
    shared_buffers: size,
    statement_timeout: duration,
    track_activity_query_size: size,
    track_commit_timestamp: z.boolean(),
    wal_keep_size: size,
    wal_sender_timeout: duration,
    work_mem: size,
  })
  .partial();
