import type * as pulumi from "@pulumi/pulumi";

/** The Data API (PostgREST). */
export interface ApiArgs {
  /** Schemas that the API serves. An empty list disables it. */
  readonly exposedSchemas: pulumi.Input<pulumi.Input<string>[]>;
  /** Schemas that are searched in addition to the request's own. */
  readonly extraSearchPath: pulumi.Input<pulumi.Input<string>[]>;
  /** The maximum number of rows in one response. */
  readonly maxRows: pulumi.Input<number>;
  /** Connections that the API holds. Default: by compute size. */
  readonly poolSize?: pulumi.Input<number> | undefined;
}

/** The keys of `PATCH postgrest` that this stack sets. */
export interface ApiSettings {
  /** Comma-separated; empty disables the Data API. */
  readonly db_schema: string;
  readonly db_extra_search_path: string;
  readonly max_rows: number;
  /** If omitted, the pool keeps its size: the default of the compute size, unless it was changed. */
  readonly db_pool?: number | undefined;
}

export function apiSettings(api: pulumi.Unwrap<ApiArgs>): ApiSettings {
  return {
    db_schema: api.exposedSchemas.join(","),
    db_extra_search_path: api.extraSearchPath.join(","),
    max_rows: api.maxRows,
    db_pool: api.poolSize,
  };
}
