import * as z from "zod";

/** The body of `PATCH postgrest`. */
export const postgrestConfigPatch = z
  .strictObject({
    db_schema: z.string(),
    db_extra_search_path: z.string(),
    max_rows: z.number().int().min(0).max(1_000_000),
    db_pool: z.number().int().min(0).max(1000).nullable(),
    db_pool_acquisition_timeout: z.number().int().min(0).max(60),
  })
  .partial();
