import type { StackConfig } from "../../config";

/** The keys of `PATCH postgrest` that this stack sets. */
export interface ApiSettings {
  /** Comma-separated; empty disables the Data API. */
  readonly db_schema: string;
  readonly db_extra_search_path: string;
  readonly max_rows: number;
  /** If omitted, the size stays as it is: that of the compute size, unless somebody set one. */
  readonly db_pool?: number | undefined;
}

export function apiSettings(api: StackConfig["api"]): ApiSettings {
  return {
    db_schema: api.exposedSchemas.join(","),
    db_extra_search_path: api.extraSearchPath.join(","),
    max_rows: api.maxRows,
    db_pool: api.poolSize,
  };
}
