import * as z from "zod";

const between = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum);

/** The body of `PATCH config/realtime`. */
export const realtimeConfigPatch = z
  .strictObject({
    private_only: z.boolean(),
    connection_pool: between(1, 100),
    max_concurrent_users: between(1, 50_000),
    max_events_per_second: between(1, 50_000),
    max_bytes_per_second: between(1, 10_000_000),
    max_channels_per_client: between(1, 10_000),
    max_joins_per_second: between(1, 5_000),
    max_presence_events_per_second: between(1, 5_000),
    max_payload_size_in_kb: between(1, 10_000),
    presence_enabled: z.boolean(),
    suspend: z.boolean(),
  })
  .partial();
