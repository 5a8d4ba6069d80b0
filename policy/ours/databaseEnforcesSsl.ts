import { eachOf, type StackRule } from "../rule";

export const databaseEnforcesSsl: StackRule = {
  name: "database-enforces-ssl",
  description: "In production the database refuses connections without TLS.",
  severity: "critical",
  controls: [],
  onlyInProduction: true,
  problems: eachOf("supabase:index/settings:Settings", ({ sslEnforcement }) =>
    sslEnforcement === true ? undefined : "must have sslEnforcement: true",
  ),
};
