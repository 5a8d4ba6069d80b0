import { z } from "zod";

const size = z.string().regex(/^\d+\s*(B|kB|MB|GB|TB)?$/, "must be a number with B, kB, MB, GB or TB");
const sizeOrUnlimited = z.union([z.literal("-1"), size]);
const duration = z
  .string()
  .regex(/^-?\d+\s*(us|ms|s|min|h|d)?$/, "must be a number with us, ms, s, min, h or d");
const between = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum);

/** The body of `PUT config/database/postgres`. */
export const postgresConfigPut = z
  .strictObject({
    checkpoint_timeout: duration,
    effective_cache_size: size,
    hot_standby_feedback: z.boolean(),
    logical_decoding_work_mem: size,
    maintenance_work_mem: size,
    max_connections: between(1, 262_143),
    max_locks_per_transaction: between(10, 2_147_483_640),
    max_parallel_maintenance_workers: between(0, 1024),
    max_parallel_workers: between(0, 1024),
    max_parallel_workers_per_gather: between(0, 1024),
    max_replication_slots: z.number().int(),
    max_slot_wal_keep_size: sizeOrUnlimited,
    max_standby_archive_delay: duration,
    max_standby_streaming_delay: duration,
    max_wal_senders: z.number().int(),
    max_wal_size: size,
    max_worker_processes: between(0, 262_143),
    /** Write-only: restarts the database, and is not answered by GET. */
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
