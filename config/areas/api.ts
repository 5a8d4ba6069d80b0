import * as z from "zod";
import { distinct, integer } from "../fields";

/** Schemas that belong to the platform or contain what no client may access. */
const closed =
  /^(auth|storage|realtime|vault|cron|net|extensions|supabase_.*|pg_.*|information_schema|pgsodium.*)$/;

const schemaName = () =>
  z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, { error: "must be a schema name in lower case" });

/** The Data API (PostgREST). */
export const apiSchema = z.strictObject({
  exposedSchemas: distinct(
    schemaName().refine((name) => !closed.test(name), { error: "must not be a schema of the platform" }),
  )
    .default(["public", "shared", "home_services", "restaurants", "automotive", "retail"])
    .meta({
      description: "Schemas that the API serves; an empty list switches the API off.",
      example: "shared",
    }),
  extraSearchPath: distinct(schemaName())
    .default(["public", "extensions"])
    .meta({ description: "Schemas searched in addition to the request's own.", example: "extensions" }),
  maxRows: integer(1, 1_000_000)
    .default(1000)
    .meta({ description: "Maximum number of rows in one response." }),
  poolSize: integer(1, 1000)
    .optional()
    .meta({ description: "Connections that the API holds; the default depends on the compute size." }),
});
