import { z } from "zod";
import { integer, matching } from "../fields";

/** How the SQL bundle is previewed and applied. */
export const sqlSchema = z.strictObject({
  directory: matching(
    /^(?![/~])(?!.*\.\.)[A-Za-z0-9._/-]{1,200}$/,
    "must be a relative path inside the project",
  )
    .default("sql")
    .meta({ description: "Folder with `migrations/` and `repeatable/`, relative to the project." }),
  dryRun: z.enum(["live", "off"]).default("live").meta({
    description:
      "`live`: a preview runs the SQL in a transaction and rolls it back; `off`: it only lists the files.",
  }),
  prune: z.enum(["report", "drop"]).default("report").meta({
    description:
      "What becomes of policies, grants, functions, triggers and publication members nobody declared on managed tables.",
  }),
  lockWaitSeconds: integer(0, 3600)
    .default(60)
    .meta({ description: "How long to wait for another deployment." }),
  lockTimeoutSeconds: integer(1, 600).default(5).meta({ description: "`lock_timeout` of each statement." }),
  lockRetries: integer(0, 20).default(5).meta({ description: "Tries after a lock timeout or a deadlock." }),
  statementTimeoutSeconds: integer(1, 86_400).default(600).meta({ description: "`statement_timeout`." }),
  baseline: matching(/^[A-Za-z0-9_]{1,200}$/, "must be a migration's file name without .sql")
    .optional()
    .meta({
      description: "Newest migration that an existing database already has; adopted, not run.",
      example: "0003_tenants",
    }),
  allowAhead: z.boolean().default(false).meta({
    description: "Apply repeatables even where the database has newer migrations than this checkout.",
  }),
});
